var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();

app.UseStaticFiles();

app.MapGet("/healthz", () => "ok");

app.MapGet("/notice/{name}", (string name) =>
{
    var template = File.ReadAllText(Path.Combine("templates", "notice.html"));
    return Results.Content(template.Replace("{{name}}", name).Replace("{{town}}", app.Configuration["Town"]), "text/html");
});

app.Run();
