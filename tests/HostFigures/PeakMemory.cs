using System.Globalization;

namespace HostFigures;

/// <summary>The most memory that a process has had at once.</summary>
internal static class PeakMemory
{
    /// <summary>Resident, in MiB.</summary>
    internal static double Of(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
