namespace Harness.Demo;

/// <summary>What went into one queue and what of it reached the exchange. Safe for use by several threads.</summary>
/// <param name="queue">The queue, as the summary names it.</param>
/// <param name="cloud">What services that send through it have in their names: <c>azure</c> or <c>sqs</c>.</param>
internal sealed class QueueLedger(string queue, string cloud)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _generated = new(StringComparer.Ordinal);
    private readonly HashSet<string> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _arrivedIds = new(StringComparer.Ordinal);
    private readonly SequenceAccount _functions = new();
    private int _received;
    private int _duplicates;

    /// <summary>The queue, as the summary names it.</summary>
    public string Queue => queue;

    /// <summary>The service that orders come from.</summary>
    public string OrderService => $"orders-{cloud}";

    /// <summary>The service that the generated events name.</summary>
    public string GeneratedService => $"generated-{cloud}";

    /// <summary>The figures of this moment.</summary>
    public QueueFigures Figures
    {
        get
        {
            lock (_lock)
            {
                var missingOrders = _orders.Count(id => !_arrivedIds.Contains(id));
                var missing = _generated.Count(id => !_arrivedIds.Contains(id)) + missingOrders + _functions.Missing;
                return new QueueFigures(_generated.Count + _functions.Sent + missingOrders, _received, missing, _duplicates);
            }
        }
    }

    /// <summary>Notes generated events as sent, by the identities in them.</summary>
    public void ExpectGenerated(IEnumerable<string> demoIds)
    {
        lock (_lock)
            _generated.UnionWith(demoIds);
    }

    /// <summary>Notes an order that a function accepted: at least one event must tell of it.</summary>
    public void ExpectOrder(string orderId)
    {
        lock (_lock)
            _orders.Add(orderId);
    }

    /// <summary>Notes an arrival; false when the event came through no demo sender of this queue.</summary>
    public bool TryTake(DemoEvent arrived)
    {
        var fromFunction = arrived.Service == OrderService;
        if (arrived.MessageId is null || (!fromFunction && arrived.Service != GeneratedService))
            return false;
        lock (_lock)
        {
            if (!_seen.Add(arrived.MessageId))
            {
                _duplicates++;
                return true;
            }

            _received++;
            if (fromFunction)
                _functions.Add(arrived.MessageId);
            if ((arrived.DemoId ?? arrived.OrderId) is { } id && !_arrivedIds.Add(id) && arrived.DemoId is not null)
                _duplicates++;
            return true;
        }
    }
}

/// <summary>One queue's line of the summary.</summary>
/// <param name="Sent">Events sent.</param>
/// <param name="Received">Different events received from the exchange.</param>
/// <param name="Missing">Events sent and not received: lost, once nothing more arrives.</param>
/// <param name="Duplicates">Receptions beyond the first of an event.</param>
internal sealed record QueueFigures(int Sent, int Received, int Missing, int Duplicates);
