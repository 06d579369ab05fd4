using System.Globalization;
using CsvHelper;
using Readings;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var file = args.Length > 0 ? args[0] : Path.Combine("data", "readings.csv");

using var reader = new StreamReader(file);
using var csv = new CsvReader(reader, CultureInfo.InvariantCulture);

var rooms = csv.GetRecords<Reading>()
    .GroupBy(reading => reading.Room)
    .OrderBy(room => room.Key);

foreach (var room in rooms)
{
    var values = room.Select(reading => reading.Celsius).ToList();
    Console.WriteLine($"{room.Key,-8} min {values.Min():F1}  mean {values.Average():F1}  max {values.Max():F1}");
}
