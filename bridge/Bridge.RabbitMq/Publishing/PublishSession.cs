using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// One connection with one confirm channel, from its opening to its first failure. It is never repaired: after a failure its
/// messages' outcome is unknown, and a new session replaces it.
/// </summary>
internal sealed class PublishSession : IAsyncDisposable
{
    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly PublishContext _context;
    private readonly Action _stateChanged;
    private readonly TimeSpan _nackPatience;
    private readonly long _opened;
    private readonly ConfirmWindow _window;
    private readonly PublicationWriter _writer;
    private readonly CancellationTokenSource _stop = new();

    // Given up: nothing is written or awaited any more. Ended: given up, and to be replaced now. A blocked session is given up
    // first and ends when the broker unblocks it; replaced earlier, it would only be blocked anew.
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _blockedReason;
    private volatile bool _isNacked;
    private volatile bool _isRetired;
    private int _publications;
    private int _unanswered;

    private PublishSession(BrokerConnection connection, IChannel channel, PublishContext context, TimeSpan nackPatience, Action stateChanged)
    {
        (_nackPatience, _opened) = (nackPatience, context.Clock.GetTimestamp());
        _connection = connection;
        _channel = channel;
        _context = context;
        _stateChanged = stateChanged;
        _window = new ConfirmWindow(context.Options.MaxOutstanding, context.Options.MaxOutstandingBytes, context.Clock);
        _writer = new PublicationWriter(channel, connection.Client.FrameMax, _window, context.Limits, _givenUp.Task, EndBy);

        channel.BasicAcksAsync += OnAckAsync;
        channel.BasicNacksAsync += OnNackAsync;
        channel.BasicReturnAsync += OnReturnAsync;
        channel.ChannelShutdownAsync += OnShutdownAsync;
        connection.Client.ConnectionShutdownAsync += OnShutdownAsync;
        connection.Client.ConnectionBlockedAsync += OnBlockedAsync;
        connection.Client.ConnectionUnblockedAsync += OnUnblockedAsync;
        _ = MonitorAsync();
    }

    /// <summary>True when a publication could be written now.</summary>
    public bool IsReady => _blockedReason is null && !_isRetired && !_givenUp.Task.IsCompleted;

    /// <summary>
    /// True once the broker has nacked messages for longer than is put up with: a new channel may do better. What is under way ends in
    /// order first.
    /// </summary>
    public bool IsRetired => _isRetired;

    /// <summary>Why the broker blocks this connection; null when it does not.</summary>
    public string? BlockedReason => _blockedReason;

    /// <summary>Messages that await their confirm.</summary>
    public int OutstandingMessages => _window.Messages;

    /// <summary>Bytes of their bodies.</summary>
    public long OutstandingBytes => _window.Bytes;

    /// <summary>Messages whose outcome was unknown when the session was given up.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Ends with the reason once the session must be replaced.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Connects, verifies the topology and opens the confirm channel.</summary>
    /// <param name="name">Name of the connection.</param>
    /// <param name="context">What all sessions share.</param>
    /// <param name="nackPatience">From this age on the session retires when a message is nacked.</param>
    /// <param name="stateChanged">Called, from any thread, when the session is blocked, unblocked or given up.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<PublishSession> OpenAsync(
        string name, PublishContext context, TimeSpan nackPatience, Action stateChanged, CancellationToken cancellationToken)
    {
        var connection = await context.Connector.OpenAsync(name, cancellationToken);
        try
        {
            await context.Topology.VerifyAsync(connection.Client, cancellationToken);

            // Confirms without the library's tracking, which would add a header to every message and allocate for each.
            var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            var channel = await connection.Client.CreateChannelAsync(options, cancellationToken);
            return new PublishSession(connection, channel, context, nackPatience, stateChanged);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a publication when its turn has come and awaits the broker's answers.</summary>
    /// <exception cref="PublishException">The session was given up.</exception>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _publications);
        try
        {
            var pending = new PendingPublication(publication.Count, publication);
            var writing = _writer.WriteAsync(publication, pending, cancellationToken);
            try
            {
                return await pending.Completion.WaitAsync(cancellationToken);
            }
            finally
            {
                // The caller may reuse the bodies' memory once it has our answer.
                await writing;
            }
        }
        finally
        {
            if (Interlocked.Decrement(ref _publications) == 0)
                EndIfRetired();
        }
    }

    /// <summary>Fails what is outstanding and asks for a replacement.</summary>
    public void End(string reason)
    {
        GiveUp(reason);
        _ended.TrySetResult(reason);
    }

    /// <summary>Closes the connection, by force if need be.</summary>
    public async ValueTask DisposeAsync()
    {
        End("the publisher was stopped");
        await _stop.CancelAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private void EndBy(Exception failure) => End(BrokerFault.From(failure, _context.Options).Message);

    private async Task MonitorAsync()
    {
        var timeout = _context.Options.ConfirmTimeout;
        var period = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks / 20, TimeSpan.TicksPerMillisecond * 50, TimeSpan.TicksPerSecond));
        using var timer = new PeriodicTimer(period, _context.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                CheckHealth(timeout);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception)
        {
            // Without its watch a session could wait for ever.
            EndBy(exception);
        }
    }

    private void CheckHealth(TimeSpan timeout)
    {
        // The library cannot always raise its shutdown events, such as while one of its publish calls hangs.
        if ((_channel.CloseReason ?? _connection.Client.CloseReason) is { } reason)
            OnShutdown(reason);
        RetireIfNacked();

        if (_window.OldestAge <= timeout)
            return;
        if (_blockedReason is { } blocked)
            GiveUp($"the broker has blocked publishing for longer than {timeout}: {blocked}");
        else
            End($"the broker did not answer within {timeout} for the oldest of {_window.Messages} messages");
    }

    private void GiveUp(string reason)
    {
        var unanswered = _window.Fail(new PublishException($"{_context.Options.DisplayUri}: {reason}"));
        Interlocked.Add(ref _unanswered, unanswered);
        if (_givenUp.TrySetResult())
            _stateChanged();
    }

    private Task OnAckAsync(object sender, BasicAckEventArgs ack)
    {
        _context.Metrics.CountSettled(_window.Acknowledge(ack.DeliveryTag, ack.Multiple));
        return Task.CompletedTask;
    }

    private Task OnNackAsync(object sender, BasicNackEventArgs nack)
    {
        _context.Metrics.CountSettled(_window.Reject(nack.DeliveryTag, nack.Multiple));
        _isNacked = true;
        RetireIfNacked();
        return Task.CompletedTask;
    }

    private void RetireIfNacked()
    {
        if (!_isNacked || _isRetired || _context.Clock.GetElapsedTime(_opened) < _nackPatience)
            return;
        _isRetired = true;
        _stateChanged();
        if (Volatile.Read(ref _publications) == 0)
            EndIfRetired();
    }

    private void EndIfRetired()
    {
        if (_isRetired)
            End("the broker nacked messages, which a new channel may get through");
    }

    private Task OnReturnAsync(object sender, BasicReturnEventArgs returned)
    {
        var detail = $"{returned.ReplyCode} {returned.ReplyText}";
        if (!_window.TryReturn(returned.BasicProperties.MessageId, returned.Exchange, returned.RoutingKey, detail))
            End($"the broker returned a message that is not outstanding ({detail})");
        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        OnShutdown(reason);
        return Task.CompletedTask;
    }

    private void OnShutdown(ShutdownEventArgs reason)
    {
        if (_context.Limits.TryLearn(reason.ReplyText))
            _context.Log.LimitLearned(_context.Limits.MessageBytes);
        End(BrokerFault.From(reason, _context.Options).Message);
    }

    private Task OnBlockedAsync(object sender, ConnectionBlockedEventArgs blocked)
    {
        _blockedReason = blocked.Reason;
        _stateChanged();
        return Task.CompletedTask;
    }

    private Task OnUnblockedAsync(object sender, AsyncEventArgs unblocked)
    {
        _blockedReason = null;
        if (_givenUp.Task.IsCompleted)
            End("publications were given up while the broker blocked them");
        _stateChanged();
        return Task.CompletedTask;
    }
}
