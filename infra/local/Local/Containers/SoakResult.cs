using System.Globalization;

namespace Local.Containers;

/// <summary>What a soak run found.</summary>
/// <param name="Events">Sent; all of them have arrived.</param>
/// <param name="AtStop">Arrived when the first container was told to stop.</param>
/// <param name="Duplicates">Arrivals beyond the first of an event.</param>
/// <param name="StopTook">From SIGTERM to the first container's end.</param>
/// <param name="Took">From the first event to the last arrival.</param>
/// <param name="ImageBytes">The image, its base included.</param>
/// <param name="IdleKiB">Resident memory of a bridge that has just become ready, at most.</param>
/// <param name="PeakKiB">Resident memory of the busier bridge, at most.</param>
internal sealed record SoakResult(
    int Events, int AtStop, int Duplicates, TimeSpan StopTook, TimeSpan Took, long ImageBytes, long IdleKiB, long PeakKiB)
{
    private const double KiBInMiB = 1024;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Events:N0} events, 0 lost, {Duplicates:N0} duplicates, in {Took.TotalSeconds:0} s
        stopped after {AtStop:N0} events: exit code 0 within {StopTook.TotalSeconds:0.0} s, then replaced
        image {ImageBytes / 1e6:0} MB; resident memory {IdleKiB / KiBInMiB:0} MiB when ready, {PeakKiB / KiBInMiB:0} MiB at most
        """);
}
