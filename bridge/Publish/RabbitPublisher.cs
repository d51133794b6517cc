using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry;

namespace Bridge.Publish;

/// <summary>
/// Publishes over one or several connections, each with a confirm channel. A publication goes to one of them as a whole. Starting
/// does not wait for the broker: until it is reachable and complete, <see cref="IsReady"/> is false and connecting goes on.
/// While the broker blocks publishers (memory or disk alarm), which it tells only after something was published,
/// <see cref="IsReady"/> is false too. Publications already begun then wait for <see cref="RabbitMqOptions.ConfirmTimeout"/> and
/// fail with their outcome unknown; the connection is kept until the alarm is over, and only then replaced.
/// </summary>
internal sealed class RabbitPublisher : IPublisher, IHostedService, IDisposable
{
    private static readonly TimeSpan NackPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstNackWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestNackWait = TimeSpan.FromSeconds(2);

    private readonly PublishContext _context;
    private readonly PublishLink[] _links;
    private readonly ReadySignal _ready = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <param name="connector">Opens connections; its options are valid.</param>
    /// <param name="topology">What must exist before anything is published; verified on every connection.</param>
    /// <param name="metrics">Counts what is published.</param>
    /// <param name="log">Told of changes of state.</param>
    /// <param name="clock">Every wait and time-out.</param>
    /// <param name="random">Spreads attempts to connect.</param>
    public RabbitPublisher(
        IBrokerConnector connector, Topology topology, PublishMetrics metrics, ILogger<RabbitPublisher> log, TimeProvider clock, Random random)
    {
        _context = new PublishContext(connector, topology, new MessageLimits(), metrics, log, clock, random);
        _links = [.. Enumerable.Range(0, connector.Options.Connections)
            .Select(number => new PublishLink($"bridge publisher {number}", _context, UpdateReady))];
        metrics.Observe(this);
    }

    /// <inheritdoc/>
    public bool IsReady => _ready.IsReady;

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
        if (refusals.Any(IsNacked))
            refusals = await InsistAsync(publication, refusals, cancellationToken);
        _context.Metrics.CountRefused(refusals);
        return refusals;
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

    // A nack says nothing of the message: while a queue elects a leader, the broker nacks what is published to it. It is believed only
    // when it lasts; the link meanwhile replaces a channel that nacks.
    private async Task<IReadOnlyList<PublishRefusal>> InsistAsync(
        IPublication publication, IReadOnlyList<PublishRefusal> refusals, CancellationToken cancellationToken)
    {
        var began = _context.Clock.GetTimestamp();
        var backoff = new Backoff(FirstNackWait, LongestNackWait, _context.Random);
        var settled = refusals.Where(refusal => !IsNacked(refusal)).ToList();
        var nacked = refusals.Where(IsNacked).ToList();
        while (nacked.Count > 0 && _context.Clock.GetElapsedTime(began) < NackPatience)
        {
            await Task.Delay(backoff.Next(), _context.Clock, cancellationToken);
            int[] indexes = [.. nacked.Select(refusal => refusal.Index)];
            var again = (await PublishOnceAsync(new PublicationPart(publication, indexes), cancellationToken))
                .Select(refusal => refusal with { Index = indexes[refusal.Index] }).ToList();
            settled.AddRange(again.Where(refusal => !IsNacked(refusal)));
            nacked = again.FindAll(IsNacked);
        }

        return [.. settled.Concat(nacked).OrderBy(refusal => refusal.Index)];
    }

    private static bool IsNacked(PublishRefusal refusal) => refusal.Reason is PublishRefusalReason.Nacked;

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
                await _ready.WaitAsync(cancellationToken)
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

    private void UpdateReady() => _ready.Update(() => LeastLoaded() is not null);
}
