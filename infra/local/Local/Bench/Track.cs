using Harness.Components;
using Harness.Faults;

namespace Local.Bench;

/// <summary>What one run needs of its own: a cloud queue, what lies before it, and the queue behind the exchange.</summary>
internal sealed class Track : IAsyncDisposable
{
    private readonly QueueProxy? _proxy;

    private Track(BenchComponents components, Load load, BridgeQueue queue, QueueProxy? proxy, EventQueue arrived)
    {
        (Components, _proxy, Arrived) = (components, proxy, arrived);
        Queue = proxy is null ? queue : queue.Through(proxy.Port);
        Direct = new ConnectedQueue(queue);
        Sender = new ConnectedQueue(load.IsMetered ? Queue : queue);
        Bill = proxy is not null && load.IsMetered ? new QueueBill(proxy, load.Cloud) : null;
    }

    public BenchComponents Components { get; }

    /// <summary>As contenders reach it.</summary>
    public BridgeQueue Queue { get; }

    /// <summary>Past everything that counts or delays.</summary>
    public ConnectedQueue Direct { get; }

    /// <summary>As the sender reaches it.</summary>
    public ConnectedQueue Sender { get; }

    /// <summary>Where events arrive.</summary>
    public EventQueue Arrived { get; }

    /// <summary>Null unless calls are counted.</summary>
    public QueueBill? Bill { get; }

    public static async Task<Track> LayAsync(BenchComponents components, Load load, CancellationToken cancellationToken)
    {
        await components.RollLogAsync(cancellationToken);
        var name = $"bench-{Guid.NewGuid().ToString("N")[..8]}";
        var queue = await components.CreateQueueAsync(load.Cloud, name, cancellationToken);
        var arrived = await EventQueue.DeclareAsync(components.Connection, name, cancellationToken);
        var proxy = load.IsMetered
            ? new QueueProxy(new Uri(queue.Url.GetLeftPart(UriPartial.Authority)), load.Cloud is "azure", seed: 1)
            : null;
        return new Track(components, load, queue, proxy, arrived);
    }

    public async ValueTask DisposeAsync()
    {
        await Sender.DisposeAsync();
        await Direct.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        await Arrived.DisposeAsync();
    }
}
