namespace SeedBox;

public record Seed(int Id, string Name, int SowFrom, int SowUntil);

public class SeedCatalogue
{
    private readonly List<Seed> seeds =
    [
        new(1, "Broad bean", 2, 4),
        new(2, "Tomato", 3, 4),
        new(3, "Runner bean", 5, 6),
        new(4, "Winter lettuce", 8, 9),
    ];

    public IEnumerable<Seed> ToSowIn(int? month) =>
        month is null ? seeds : seeds.Where(seed => seed.SowFrom <= month && month <= seed.SowUntil);

    public Seed? Find(int id) => seeds.FirstOrDefault(seed => seed.Id == id);
}
