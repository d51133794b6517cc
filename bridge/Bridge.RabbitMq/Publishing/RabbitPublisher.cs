using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Publishes over one or several connections, each with a confirm channel. It waits until one of them has a session, hands the
/// whole publication to the session with the least to do, and publishes again what the broker nacks. What a lost session leaves
/// fails: its fate is unknown, and the caller decides. Starting does not wait for the broker: until it is reachable and has what
/// the bridge needs, <see cref="IsReady"/> is false and connecting goes on. While the broker blocks publishers (memory or disk
/// alarm), which it tells only after something was published, <see cref="IsReady"/> is false too. Publications already begun then
/// fail after <see cref="RabbitMqOptions.ConfirmTimeout"/>. The connection stays until the alarm is over and is then replaced.
/// </summary>
internal sealed class RabbitPublisher : IPublisher, IHostedService, IDisposable
{
    private readonly PublishContext _context;
    private readonly PublishConnection[] _connections;
    private readonly NackedRetry _nacked;

    // Callers wait for _ready: connected, and nothing is rejected. What is published waits for _connected alone, since rejected
    // messages must be published again.
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
        IBrokerConnector connector,
        BrokerTopology topology,
        PublishMetrics metrics,
        ILogger<RabbitPublisher> log,
        TimeProvider clock,
        Random random)
    {
        _context = new PublishContext(connector, topology, new MessageLimits(), metrics, log, clock, random);
        _connections = [.. Enumerable.Range(0, connector.Options.Connections)
            .Select(number => new PublishConnection($"bridge publisher {number}", _context, UpdateReady))];
        _nacked = new NackedRetry(connector.Options, UpdateReady, clock, random);
        metrics.Observe(this);
    }

    /// <inheritdoc/>
    public bool IsReady => _ready.IsReady;

    /// <inheritdoc/>
    public bool IsRejected => _nacked.IsActive;

    /// <inheritdoc/>
    public long MessageBytes => _context.Limits.MessageBytes;

    /// <summary>Messages that await their confirm.</summary>
    public int OutstandingMessages => Sessions.Sum(session => session.Status.Messages);

    /// <summary>Bytes of their bodies.</summary>
    public long OutstandingBytes => Sessions.Sum(session => session.Status.Bytes);

    /// <summary>Why the broker blocks publishers; null while it does not.</summary>
    public string? BlockedReason =>
        Sessions.Select(session => session.Status.BlockedReason).FirstOrDefault(reason => reason is not null);

    /// <summary>Why a connection was lost or could not be opened; null when all are open or have not been tried.</summary>
    public string? Fault => _connections.Select(connection => connection.Fault).FirstOrDefault(fault => fault is not null);

    private IEnumerable<PublishSession> Sessions =>
        _connections.Select(connection => connection.Session).OfType<PublishSession>();

    /// <inheritdoc/>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _ready.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        var refusals = await PublishOnceAsync(new PublicationAttempt(publication), cancellationToken);
        if (refusals.Any(IsNackedForExchange))
            refusals = await RetryNackedAsync(publication, refusals, cancellationToken);
        _context.Metrics.CountRefused(refusals);
        return refusals;

        // Callers publish messages for the bridge's own queues again themselves, so that other events need not wait for those.
        bool IsNackedForExchange(PublishRefusal refusal) =>
            refusal.Reason is PublishRefusalReason.Nacked && publication[refusal.Index].Exchange.Length > 0;
    }

    /// <summary>Begins to connect.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(_connections.Select(connection => connection.RunAsync(_stop.Token)));
        return Task.CompletedTask;
    }

    /// <summary>Closes the connections, within some seconds each; publications still under way fail.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task<IReadOnlyList<PublishRefusal>> PublishOnceAsync(
        PublicationAttempt attempt, CancellationToken cancellationToken)
    {
        var session = await WaitForSessionAsync(cancellationToken);
        return await session.PublishAsync(attempt, cancellationToken);
    }

    private async Task<IReadOnlyList<PublishRefusal>> RetryNackedAsync(
        IPublication publication, IReadOnlyList<PublishRefusal> refusals, CancellationToken cancellationToken)
    {
        var nacked = refusals.ToLookup(refusal => refusal.Reason is PublishRefusalReason.Nacked);
        var again = await _nacked.RetryAsync(
            publication,
            nacked[true].Select(refusal => refusal.Index),
            attempt => PublishOnceAsync(attempt, cancellationToken),
            cancellationToken);
        return [.. nacked[false].Concat(again).OrderBy(refusal => refusal.Index)];
    }

    // A short interruption does not fail a publication of which nothing has been written yet.
    private async Task<PublishSession> WaitForSessionAsync(CancellationToken cancellationToken)
    {
        var timeout = _context.Options.ConfirmTimeout;
        var began = _context.Clock.GetTimestamp();
        while (true)
        {
            if (LeastLoaded() is { } session)
                return session;

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

    // An alarm holds for the whole cluster, but the broker tells it only to connections that have published since. So nothing is
    // written while any connection is blocked.
    private PublishSession? LeastLoaded()
    {
        PublishSession? least = null;
        SessionStatus leastStatus = default;
        foreach (var session in Sessions)
        {
            var status = session.Status;
            if (status.BlockedReason is not null)
                return null;
            if (status.IsReady && (least is null || status.IsLessLoadedThan(leastStatus)))
                (least, leastStatus) = (session, status);
        }

        return least;
    }

    private void UpdateReady()
    {
        _connected.Update(() => LeastLoaded() is not null);
        _ready.Update(() => !NoteRejected() && LeastLoaded() is not null);
    }

    // Calls never overlap. Logs a line when rejecting begins and one when it ends.
    private bool NoteRejected()
    {
        var isRejected = _nacked.IsActive;
        if (isRejected && !_wasRejected)
            _context.Log.Rejected(_context.Topology.Exchange);
        else if (!isRejected && _wasRejected)
            _context.Log.TakenAgain(_context.Topology.Exchange);
        _wasRejected = isRejected;
        return isRejected;
    }
}
