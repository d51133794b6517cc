using System.Globalization;

namespace Harness.Components;

/// <summary>What a process has used so far, by the kernel's own books; zeros for one that has ended.</summary>
/// <param name="Cpu">User and system time, to a hundredth of a second.</param>
/// <param name="PeakKiB">Most resident memory.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long PeakKiB)
{
    private const string HighWaterMark = "VmHWM:";

    // Of what follows the name in brackets, which may hold spaces.
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int TicksPerSecond = 100;

    /// <summary>Reads the books.</summary>
    public static ProcessUsage Of(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var peak = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith(HighWaterMark, StringComparison.Ordinal));
            return new ProcessUsage(
                TimeSpan.FromSeconds((double)(Number(fields[UserTicks]) + Number(fields[SystemTicks])) / TicksPerSecond),
                peak is null ? 0 : Number(peak[HighWaterMark.Length..].Replace("kB", "", StringComparison.Ordinal)));
        }
        catch (IOException)
        {
            return default;
        }
    }

    private static long Number(string text) =>
        long.Parse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
