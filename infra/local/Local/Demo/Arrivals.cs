using Harness.Demo;
namespace Local.Demo;

/// <summary>Enters arriving events into the ledgers and shows some of them.</summary>
internal sealed class Arrivals(IReadOnlyList<QueueLedger> ledgers, LiveScreen screen)
{
    private const int LargeBytes = 200_000;
    private const int ShownAtFirst = 8;
    private const int ShownLarge = 4;

    private int _shown;
    private int _shownLarge;
    private long _lastAt = TimeProvider.System.GetTimestamp();

    /// <summary>True shows every event from now on, false only the first ones and the first large ones.</summary>
    public bool ShowAll { get; set; }

    /// <summary>How long nothing has arrived.</summary>
    public TimeSpan Quiet => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastAt));

    /// <summary>Takes the next event; called for one event after the other.</summary>
    public void Take(DemoEvent arrived)
    {
        Volatile.Write(ref _lastAt, TimeProvider.System.GetTimestamp());
        foreach (var ledger in ledgers)
        {
            if (ledger.TryTake(arrived))
                break;
        }

        if (ShowAll || (arrived.Bytes < LargeBytes ? _shown++ < ShownAtFirst : _shownLarge++ < ShownLarge))
            screen.Write(screen.Fit(Line(arrived)));
    }

    private static string Line(DemoEvent arrived)
    {
        var start = string.Concat(arrived.Start.Select(character => char.IsControl(character) ? ' ' : character));
        return $"  {arrived.RoutingKey,-32} {arrived.Bytes,9:N0} B  {start}";
    }
}
