var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();

var harbours = new Dictionary<string, double[]>
{
    ["north"] = [0.4, 3.1, 0.6, 2.9],
    ["south"] = [0.9, 4.2, 1.1, 4.0],
};

app.MapGet("/", () => new { environment = app.Environment.EnvironmentName, station = app.Configuration["Station"] });

app.MapGet("/tides/{harbour}", (string harbour) =>
    harbours.TryGetValue(harbour, out var heights) ? Results.Ok(heights) : Results.NotFound());

app.Run();
