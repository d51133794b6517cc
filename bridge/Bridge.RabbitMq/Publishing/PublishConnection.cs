using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.RabbitMq.Publishing;

/// <summary>Keeps a publishing session open: opens one, and another whenever one has ended.</summary>
/// <param name="name">Name of the connection in logs and at the broker.</param>
/// <param name="context">What all publishing connections share.</param>
/// <param name="statusChanged">Called, from any thread, when the status of the session may have changed.</param>
internal sealed class PublishConnection(string name, PublishContext context, Action statusChanged)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // A channel that met a quorum queue without a leader nacks for ever (RabbitMQ 3.10), so its session is replaced soon. If a
    // queue is just full, that does not help, so each further session may nack for longer.
    private static readonly TimeSpan ShortestNackLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestNackLimit = TimeSpan.FromMinutes(2);

    private readonly Backoff _waits = new(FirstWait, LongestWait, context.Random);
    private readonly Backoff _nackLimits = new(ShortestNackLimit, LongestNackLimit, context.Random);
    private volatile PublishSession? _session;

    // Written by the loop alone.
    private volatile string? _fault;
    private bool _hasConnected;

    // Used by the loop and the events of its session.
    private bool _wasBlocked;

    /// <summary>The session that is open; null while there is none.</summary>
    public PublishSession? Session => _session;

    /// <summary>Why there is no session; null while there is one, and before the first attempt has failed.</summary>
    public string? Fault => _fault;

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
                _waits.Reset();
            await Task.Delay(_waits.Next(), context.Clock, cancellationToken);
        }
    }

    /// <returns>True when the session was retired, so that the next one may be opened at once.</returns>
    private async Task<bool> RunSessionAsync(CancellationToken cancellationToken)
    {
        var isRetired = false;
        if (await TryOpenAsync(cancellationToken) is { } session)
        {
            try
            {
                Use(session);
                _fault = await CheckUntilEndedAsync(session, cancellationToken);
                var status = session.Status;
                context.Log.Lost(name, status.Unanswered, _fault);
                isRetired = status.IsRetired;
            }
            finally
            {
                _session = null;
                statusChanged();
                await session.DisposeAsync();
            }
        }

        if (!isRetired)
            _nackLimits.Reset();
        return isRetired;
    }

    private async Task<string> CheckUntilEndedAsync(PublishSession session, CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(
            context.Options.ConfirmTimeout.Ticks / 20, TimeSpan.TicksPerMillisecond * 50, TimeSpan.TicksPerSecond));
        while (!session.Ended.IsCompleted)
        {
            await Task.WhenAny(session.Ended, Task.Delay(period, context.Clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            session.Check();
        }

        return await session.Ended;
    }

    private async Task<PublishSession?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = BrokerFault.From(exception, context.Options);
            if (_fault == fault.Message)
                return null;

            _fault = fault.Message;
            if (fault.IsTransient)
                context.Log.Unavailable(name, fault.Message);
            else
                context.Log.Unusable(name, fault.Message);
            return null;
        }
    }

    private async Task<PublishSession> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await context.Connector.OpenAsync(name, cancellationToken);
        try
        {
            await context.Topology.VerifyAsync(connection.Client, cancellationToken);

            // The library's tracking of confirms would add a header to every message and allocate for each.
            var options = new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            var channel = await connection.Client.CreateChannelAsync(options, cancellationToken);
            return new PublishSession(connection, channel, context, _nackLimits.Next(), OnStatusChanged);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void Use(PublishSession session)
    {
        (_session, _fault, _wasBlocked) = (session, null, false);
        context.Log.Ready(name, context.Options.DisplayUri, context.Topology.Exchange);
        if (_hasConnected)
            context.Metrics.CountReconnect();
        _hasConnected = true;
        OnStatusChanged();
    }

    private void OnStatusChanged()
    {
        var reason = _session?.Status.BlockedReason;
        if (reason is not null && !_wasBlocked)
            context.Log.Blocked(name, reason);
        if (reason is null && _wasBlocked)
            context.Log.Unblocked(name);
        _wasBlocked = reason is not null;
        statusChanged();
    }
}

/// <summary>What all publishing connections share.</summary>
/// <param name="Connector">Opens connections.</param>
/// <param name="Topology">What must exist in the broker.</param>
/// <param name="Limits">What has been learned of the broker's limits.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Log">Gets a line for each change of state.</param>
/// <param name="Clock">Every wait and every age.</param>
/// <param name="Random">Spreads attempts to connect.</param>
internal sealed record PublishContext(
    IBrokerConnector Connector,
    BrokerTopology Topology,
    MessageLimits Limits,
    PublishMetrics Metrics,
    ILogger Log,
    TimeProvider Clock,
    Random Random)
{
    /// <summary>The broker's options.</summary>
    public RabbitMqOptions Options => Connector.Options;
}
