namespace Shop.Core;

public record Product(string Sku, string Name, decimal Price);

public class Basket(IReadOnlyDictionary<string, Product> products)
{
    private readonly Dictionary<string, int> quantities = [];

    public void Add(string sku, int quantity)
    {
        if (!products.ContainsKey(sku))
        {
            throw new ArgumentException($"unknown product {sku}", nameof(sku));
        }
        quantities[sku] = quantities.GetValueOrDefault(sku) + quantity;
    }

    public decimal Total => quantities.Sum(line => products[line.Key].Price * line.Value);
}
