namespace Readings;

public class Reading
{
    public string Room { get; set; } = "";
    public DateTime Time { get; set; }
    public double Celsius { get; set; }
}
