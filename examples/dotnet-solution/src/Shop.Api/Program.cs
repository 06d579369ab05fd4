using System.Text.Json;
using Shop.Core;

var builder = WebApplication.CreateBuilder(args);

var file = Path.Combine(builder.Environment.ContentRootPath, "products.json");
var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var products = JsonSerializer.Deserialize<List<Product>>(File.ReadAllText(file), options)!
    .ToDictionary(product => product.Sku);

var app = builder.Build();

app.MapGet("/health", () => Results.Ok(new { currency = app.Configuration["Shop:Currency"] }));

app.MapGet("/products", () => products.Values);

// /total?sku=mug&quantity=3
app.MapGet("/total", (string sku, int quantity) =>
{
    if (!products.ContainsKey(sku))
    {
        return Results.NotFound();
    }
    var basket = new Basket(products);
    basket.Add(sku, quantity);
    return Results.Ok(new { total = basket.Total });
});

app.Run();
