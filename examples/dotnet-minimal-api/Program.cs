using SeedBox;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<SeedCatalogue>();

var app = builder.Build();

app.UseDefaultFiles();
app.UseStaticFiles();

app.MapGet("/api/seeds", (SeedCatalogue seeds, int? month) => seeds.ToSowIn(month));

app.MapGet("/api/seeds/{id:int}", (SeedCatalogue seeds, int id) =>
    seeds.Find(id) is { } seed ? Results.Ok(seed) : Results.NotFound());

app.MapGet("/api/garden", (IConfiguration configuration) => Results.Ok(new
{
    name = configuration["Garden:Name"],
    beds = configuration.GetValue<int>("Garden:Beds"),
}));

app.Run();
