foreach (var drive in DriveInfo.GetDrives().Where(drive => drive.IsReady))
{
    var free = 100.0 * drive.AvailableFreeSpace / drive.TotalSize;
    Console.WriteLine($"{drive.Name} {drive.DriveFormat} {free:F0}% free");
}
