using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.RabbitMq.Publishing;

/// <summary>One publishing connection that is always wanted: opens a session, and another whenever one has ended.</summary>
internal sealed class PublishLink(string name, PublishContext context, Action stateChanged)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // A channel that met a quorum queue without a leader nacks for ever (RabbitMQ 3.10): it is replaced soon. Where a queue is just
    // full, that does not help: the sessions live ever longer.
    private static readonly TimeSpan ShortestNackedLife = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestNackedLife = TimeSpan.FromMinutes(2);

    private readonly Backoff _backoff = new(FirstWait, LongestWait, context.Random);
    private readonly Backoff _nackPatience = new(ShortestNackedLife, LongestNackedLife, context.Random);
    private volatile PublishSession? _session;
    private int _publications;

    // Written by the run loop alone.
    private volatile string? _lastFault;

    // Only the run loop and the events of its session use these.
    private bool _wasBlocked;
    private bool _hasConnected;

    /// <summary>True when a publication could be written now.</summary>
    public bool IsReady => _session is { IsReady: true };

    /// <summary>Why the broker blocks it; null while it does not.</summary>
    public string? BlockedReason => _session?.BlockedReason;

    /// <summary>Why there is no session; null while there is one, and before the first attempt has failed.</summary>
    public string? Fault => _lastFault;

    /// <summary>Publications under way.</summary>
    public int Publications => Volatile.Read(ref _publications);

    /// <summary>Messages that await their confirm.</summary>
    public int OutstandingMessages => _session?.OutstandingMessages ?? 0;

    /// <summary>Bytes of their bodies.</summary>
    public long OutstandingBytes => _session?.OutstandingBytes ?? 0;

    /// <summary>Publishes over the present session.</summary>
    /// <exception cref="PublishException">There is none, or it failed.</exception>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        var session = _session ?? throw new PublishException($"{context.Options.DisplayUri} is not connected");
        Interlocked.Increment(ref _publications);
        try
        {
            return await session.PublishAsync(publication, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _publications);
        }
    }

    /// <summary>Keeps a session open until cancelled; never fails.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        KeptLoop.RunAsync($"Publishing connection {name}", RunSessionsAsync, context.Log, context.Clock, cancellationToken);

    private async Task RunSessionsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var opened = context.Clock.GetTimestamp();
            if (await RunSessionAsync(cancellationToken))
                continue;

            // A session that lived only briefly counts as a failed attempt: the next one waits longer.
            if (context.Clock.GetElapsedTime(opened) > LongestWait)
                _backoff.Reset();
            await Task.Delay(_backoff.Next(), context.Clock, cancellationToken);
        }
    }

    /// <returns>True when the session retired in order.</returns>
    private async Task<bool> RunSessionAsync(CancellationToken cancellationToken)
    {
        if (await TryOpenAsync(cancellationToken) is not { } session)
        {
            _nackPatience.Reset();
            return false;
        }

        try
        {
            Use(session);
            _lastFault = await session.Ended.WaitAsync(cancellationToken);
            context.Log.Lost(name, session.Unanswered, _lastFault);
            if (!session.IsRetired)
                _nackPatience.Reset();
            return session.IsRetired;
        }
        finally
        {
            _session = null;
            stateChanged();
            await session.DisposeAsync();
        }
    }

    private async Task<PublishSession?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PublishSession.OpenAsync(name, context, _nackPatience.Next(), OnSessionChanged, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = BrokerFault.From(exception, context.Options);
            if (_lastFault == fault.Message)
                return null;

            _lastFault = fault.Message;
            if (fault.IsTransient)
                context.Log.Unavailable(name, fault.Message);
            else
                context.Log.Unusable(name, fault.Message);
            return null;
        }
    }

    private void Use(PublishSession session)
    {
        (_session, _lastFault, _wasBlocked) = (session, null, false);
        context.Log.Ready(name, context.Options.DisplayUri, context.Topology.Exchange);
        if (_hasConnected)
            context.Metrics.CountReconnect();
        _hasConnected = true;
        OnSessionChanged();
    }

    private void OnSessionChanged()
    {
        var reason = _session?.BlockedReason;
        if (reason is not null && !_wasBlocked)
            context.Log.Blocked(name, reason);
        if (reason is null && _wasBlocked)
            context.Log.Unblocked(name);
        _wasBlocked = reason is not null;
        stateChanged();
    }
}
