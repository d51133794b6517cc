using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Publishes over one or several connections, each with a confirm channel. A publication goes to one of them as a whole. Starting
/// does not wait for the broker: until it is reachable and complete, <see cref="IsReady"/> is false and connecting goes on.
/// While the broker blocks publishers (memory or disk alarm), which it tells only after something was published,
/// <see cref="IsReady"/> is false too. Publications already begun then wait for <see cref="RabbitMqOptions.ConfirmTimeout"/> and
/// fail with their outcome unknown; the connection is kept until the alarm is over, and only then replaced.
/// </summary>
internal sealed class RabbitPublisher : IPublisher, IHostedService, IDisposable
{
    private readonly PublishContext _context;
    private readonly PublishLink[] _links;
    private readonly NackedMessages _nacked;

    // Callers use Ready: connected, and nothing is rejected. Rejected messages are published again as soon as one link is
    // connected.
    private readonly ReadySignal _connected = new();
    private readonly ReadySignal _ready = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private bool _wasRejected;

    /// <param name="connector">Opens connections; its options are valid.</param>
    /// <param name="topology">What must exist before anything is published; verified on every connection.</param>
    /// <param name="metrics">Counts what is published.</param>
    /// <param name="log">Told of changes of state.</param>
    /// <param name="clock">Every wait and time-out.</param>
    /// <param name="random">Spreads attempts to connect.</param>
    public RabbitPublisher(
        IBrokerConnector connector, BrokerTopology topology, PublishMetrics metrics, ILogger<RabbitPublisher> log, TimeProvider clock, Random random)
    {
        _context = new PublishContext(connector, topology, new MessageLimits(), metrics, log, clock, random);
        _links = [.. Enumerable.Range(0, connector.Options.Connections)
            .Select(number => new PublishLink($"bridge publisher {number}", _context, UpdateReady))];
        _nacked = new NackedMessages(connector.Options, UpdateReady, clock, random);
        metrics.Observe(this);
    }

    /// <inheritdoc/>
    public bool IsReady => _ready.IsReady;

    /// <inheritdoc/>
    public bool IsRejected => _nacked.AreAny;

    /// <inheritdoc/>
    public long MessageBytes => _context.Limits.MessageBytes;

    /// <summary>Messages that await their confirm.</summary>
    public int OutstandingMessages => _links.Sum(link => link.OutstandingMessages);

    /// <summary>Bytes of their bodies.</summary>
    public long OutstandingBytes => _links.Sum(link => link.OutstandingBytes);

    /// <summary>Why the broker blocks publishers; null while it does not.</summary>
    public string? BlockedReason => _links.Select(link => link.BlockedReason).FirstOrDefault(reason => reason is not null);

    /// <summary>Why a connection was lost or could not be opened; null when all are open or have not been tried.</summary>
    public string? Fault => _links.Select(link => link.Fault).FirstOrDefault(fault => fault is not null);

    /// <inheritdoc/>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _ready.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        var refusals = await PublishOnceAsync(publication, cancellationToken);
        if (refusals.Any(IsForExchange))
            refusals = await InsistAsync(publication, refusals, cancellationToken);
        _context.Metrics.CountRefused(refusals);
        return refusals;

        // Messages for the bridge's own queues are retried by their publishers, so that other events need not wait for them.
        bool IsForExchange(PublishRefusal refusal) =>
            refusal.Reason is PublishRefusalReason.Nacked && publication[refusal.Index].Exchange.Length > 0;
    }

    /// <summary>Begins to connect.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(_links.Select(link => link.RunAsync(_stop.Token)));
        return Task.CompletedTask;
    }

    /// <summary>Closes the connections, which takes no longer than their farewell; publications still under way fail.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task<IReadOnlyList<PublishRefusal>> PublishOnceAsync(IPublication publication, CancellationToken cancellationToken)
    {
        var link = await ChooseLinkAsync(cancellationToken);
        return await link.PublishAsync(publication, cancellationToken);
    }

    private async Task<IReadOnlyList<PublishRefusal>> InsistAsync(
        IPublication publication, IReadOnlyList<PublishRefusal> refusals, CancellationToken cancellationToken)
    {
        var nacked = refusals.ToLookup(refusal => refusal.Reason is PublishRefusalReason.Nacked);
        var again = await _nacked.InsistAsync(
            publication,
            nacked[true].Select(refusal => refusal.Index),
            part => PublishOnceAsync(part, cancellationToken),
            cancellationToken);
        return [.. nacked[false].Concat(again).OrderBy(refusal => refusal.Index)];
    }

    // A short interruption is waited out: nothing of this publication has been written yet.
    private async Task<PublishLink> ChooseLinkAsync(CancellationToken cancellationToken)
    {
        var timeout = _context.Options.ConfirmTimeout;
        var began = _context.Clock.GetTimestamp();
        while (true)
        {
            if (LeastLoaded() is { } link)
                return link;

            var left = timeout - _context.Clock.GetElapsedTime(began);
            try
            {
                await _connected.WaitAsync(cancellationToken)
                    .WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _context.Clock, cancellationToken);
            }
            catch (TimeoutException exception)
            {
                throw new PublishException($"{_context.Options.DisplayUri} was not ready within {timeout}", exception);
            }
        }
    }

    // An alarm holds for the whole cluster, yet each connection is told only once it has published: one that was speaks for all.
    private PublishLink? LeastLoaded() => BlockedReason is not null
        ? null
        : _links.Where(link => link.IsReady).MinBy(link => (link.OutstandingBytes, link.Publications));

    private void UpdateReady()
    {
        _connected.Update(() => LeastLoaded() is not null);
        _ready.Update(() => !TellRejected() && LeastLoaded() is not null);
    }

    // Called for one change of state at a time: logs one line when rejecting begins and one when it ends.
    private bool TellRejected()
    {
        var isRejected = _nacked.AreAny;
        if (isRejected && !_wasRejected)
            _context.Log.Rejected(_context.Topology.Exchange);
        else if (!isRejected && _wasRejected)
            _context.Log.TakenAgain(_context.Topology.Exchange);
        _wasRejected = isRejected;
        return isRejected;
    }
}
