using System.Globalization;

namespace Harness.Containers;

/// <summary>What a soak run found.</summary>
/// <param name="Events">Sent; all of them have arrived.</param>
/// <param name="Duplicates">Arrivals beyond the first of an event.</param>
/// <param name="First">The container that was stopped.</param>
/// <param name="ImageBytes">The image, its base included.</param>
/// <param name="PeakKiB">Resident memory of the busier container, at most.</param>
internal sealed record SoakResult(int Events, int Duplicates, StoppedContainer First, long ImageBytes, long PeakKiB)
{
    private const double KiBInMiB = 1024;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Events:N0} events, 0 lost, {Duplicates:N0} duplicates
        stopped after {First.Arrived:N0} events: exit code 0 within {First.StopTook.TotalSeconds:0.0} s, then replaced
        image {ImageBytes / 1e6:0} MB; resident memory {First.IdleKiB / KiBInMiB:0} MiB when ready, {PeakKiB / KiBInMiB:0} MiB at most
        """);
}

/// <summary>A container that ended in order in mid-flow.</summary>
/// <param name="Arrived">Events that had arrived when it was told to stop.</param>
/// <param name="StopTook">From SIGTERM to its end.</param>
/// <param name="IdleKiB">Resident memory when it had just become ready, at most.</param>
/// <param name="PeakKiB">Resident memory at most.</param>
internal sealed record StoppedContainer(int Arrived, TimeSpan StopTook, long IdleKiB, long PeakKiB);
