using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Topology;

/// <summary>
/// While somebody views the status page, asks the broker twice a second, over a connection of its own: how many messages wait,
/// how many consumers there are, and whether it answers at all. Without a viewer there is no connection.
/// </summary>
internal sealed class BrokerWatch(
    IBrokerConnector connector, BrokerTopology topology, ILogger<BrokerWatch> log, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WithoutViewer = TimeSpan.FromSeconds(20);

    private static readonly WatchedBroker Unknown = new(null, null, null, null);

    private readonly SemaphoreSlim _wanted = new(0, 1);
    private long _lastWanted;
    private volatile WatchedBroker _last = Unknown;

    /// <summary>The last answer. Each call keeps the watch running for some time.</summary>
    public WatchedBroker GetLast()
    {
        if (!IsWanted)
            _last = Unknown;
        Volatile.Write(ref _lastWanted, clock.GetTimestamp());
        if (_wanted.CurrentCount == 0)
            TryWake();
        return _last;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        KeptLoop.RunAsync("The watch of the broker", WatchWhenWantedAsync, log, clock, stoppingToken);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wanted.Dispose();
        base.Dispose();
    }

    private bool IsWanted => clock.GetElapsedTime(Volatile.Read(ref _lastWanted)) < WithoutViewer;

    private void TryWake()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else has just done it.
        }
    }

    private async Task WatchWhenWantedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _wanted.WaitAsync(cancellationToken);
            if (IsWanted)
                await WatchAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await connector.OpenAsync("bridge status", cancellationToken);

            // Not disposed by itself: with a frozen broker that would take long, and the connection's end is its end.
            var channel = await connection.Client.CreateChannelAsync(cancellationToken: cancellationToken);
            while (IsWanted && await TryAskAsync(channel, cancellationToken))
                await Task.Delay(Interval, clock, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _last = _last with { Fault = BrokerFault.From(exception, connector.Options).Message };
        }
    }

    private async Task<bool> TryAskAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            var queues = await AskAllAsync(channel, cancellationToken).WaitAsync(AnswerTimeout, clock, cancellationToken);
            var milliseconds = clock.GetElapsedTime(began).TotalMilliseconds / queues.Count;
            _last = new WatchedBroker(null, Math.Round(milliseconds, 1), queues[..^1], queues[^1]);
            return true;
        }
        catch (TimeoutException)
        {
            _last = _last with
            {
                Fault = $"{connector.Options.DisplayUri} is connected but has not answered for {AnswerTimeout.TotalSeconds:0} s",
            };
            return false;
        }
    }

    private async Task<List<WatchedQueue>> AskAllAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var queues = new List<WatchedQueue>(topology.Queues.Count);
        foreach (var name in topology.Queues)
        {
            var queue = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            queues.Add(new WatchedQueue(queue.MessageCount, queue.ConsumerCount));
        }

        return queues;
    }
}
