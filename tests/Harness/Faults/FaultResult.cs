namespace Harness.Faults;

/// <summary>What the ledger of one run said, once every event was accounted for.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Fault">What was done, in words.</param>
/// <param name="Events">Events sent.</param>
/// <param name="Lost">Events neither published nor dead-lettered.</param>
/// <param name="Duplicates">Arrivals beyond the first of an event, each with its first <c>message_id</c> and identical
/// bytes.</param>
/// <param name="Recovery">The longest time to recover; null where nothing stops.</param>
/// <param name="PeakMiB">The highest resident memory of any bridge.</param>
internal sealed record FaultResult(
    string Scenario, string Fault, int Events, int Lost, int Duplicates, TimeSpan? Recovery, double PeakMiB)
{
    public override string ToString() =>
        $"{Scenario}: {Events:N0} events, {Lost:N0} lost, {Duplicates:N0} duplicates, "
        + $"recovered in {(Recovery is { } time ? $"{time.TotalSeconds:0.0} s" : "-")}, peak {PeakMiB:0} MiB";
}

/// <summary>A promise that did not hold under a fault.</summary>
internal sealed class FaultException(string message) : Exception(message);
