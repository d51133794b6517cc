using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// One connection with one confirm channel, until its first failure. It writes messages to the channel and feeds what the library
/// tells to a <see cref="SessionState"/>, which decides. A session is never repaired: a new one replaces it.
/// </summary>
internal sealed class PublishSession : IAsyncDisposable
{
    private readonly BrokerConnection _connection;
    private readonly IChannel _channel;
    private readonly PublishContext _context;
    private readonly GuardedSessionState _state;

    // Its holder writes one attempt. Nobody else publishes on the channel, so the broker counts as the state does.
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly MessageProperties _properties = new();

    /// <param name="connection">Disposed with the session.</param>
    /// <param name="channel">A confirm channel of the connection, without the library's tracking.</param>
    /// <param name="context">What all sessions share.</param>
    /// <param name="nackLimit">The age from which on a nack retires the session.</param>
    /// <param name="statusChanged">Called, from any thread, when readiness or the reason for blocking has changed.</param>
    public PublishSession(
        BrokerConnection connection, IChannel channel, PublishContext context, TimeSpan nackLimit, Action statusChanged)
    {
        (_connection, _channel, _context) = (connection, channel, context);
        _state = new GuardedSessionState(context, nackLimit, statusChanged);
        channel.BasicAcksAsync += (_, ack) =>
            Feed(static (state, ack, now) => state.Acknowledge(ack.DeliveryTag, ack.Multiple, now), ack);
        channel.BasicNacksAsync += (_, nack) =>
            Feed(static (state, nack, now) => state.Nack(nack.DeliveryTag, nack.Multiple, now), nack);
        channel.BasicReturnAsync += (_, returned) => Feed(
            static (state, it, _) => state.Return(
                it.BasicProperties.MessageId, it.Exchange, it.RoutingKey, $"{it.ReplyCode} {it.ReplyText}"),
            returned);
        connection.Client.ConnectionBlockedAsync += (_, blocked) =>
            Feed(static (state, reason, _) => state.Block(reason), blocked.Reason);
        connection.Client.ConnectionUnblockedAsync += (_, unblocked) => Feed(static (state, _, _) => state.Unblock(), unblocked);
        connection.Client.ConnectionShutdownAsync += (_, reason) => OnShutdown(reason);
        channel.ChannelShutdownAsync += (_, reason) => OnShutdown(reason);
    }

    /// <summary>How it stands.</summary>
    public SessionStatus Status => _state.Status;

    /// <summary>Ends with the reason once the session must be replaced.</summary>
    public Task<string> Ended => _state.Ended;

    /// <summary>Writes an attempt when the ones before it are written, and awaits the broker's answers.</summary>
    /// <exception cref="PublishException">The session was given up.</exception>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(PublicationAttempt attempt, CancellationToken cancellationToken)
    {
        _state.Feed(static (state, _, _) => state.Begin(), attempt);
        try
        {
            var writing = WriteAsync(attempt, cancellationToken);
            try
            {
                return await attempt.Completion.WaitAsync(cancellationToken);
            }
            finally
            {
                // The caller may use the memory of the bodies again when this method has ended.
                await writing;
            }
        }
        finally
        {
            _state.Feed(static (state, _, _) => state.Finish(), attempt);
        }
    }

    /// <summary>Notices that time has passed, and closings of which the library raised no event. Call it periodically.</summary>
    public void Check()
    {
        // The library cannot raise its shutdown events while one of its publish calls hangs, for example.
        if ((_channel.CloseReason ?? _connection.Client.CloseReason) is { } reason)
            _ = OnShutdown(reason);
        _state.Feed(static (state, _, now) => state.Tick(now), this);
    }

    /// <summary>Fails what is outstanding and closes the connection, by force if need be.</summary>
    public ValueTask DisposeAsync()
    {
        Close("the publisher was stopped");
        return _connection.DisposeAsync();
    }

    // Never fails: the attempt fails instead.
    private async Task WriteAsync(PublicationAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                await WriteAllAsync(attempt, cancellationToken);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception exception)
        {
            attempt.Fail(exception);
        }
    }

    private async Task WriteAllAsync(PublicationAttempt attempt, CancellationToken cancellationToken)
    {
        for (var index = 0; index < attempt.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsSettledUnwritten(attempt, index, out var message))
                continue;

            // Between the counting and the publish call nothing may fail: a message that only the state counts would shift the
            // numbers of all that follow.
            var properties = _properties.From(message.Properties);
            while (!_state.TryCount(attempt, index, message, out var room))
                await room.WaitAsync(cancellationToken);
            var write = PublishAsync(message, properties);
            if (!write.IsCompletedSuccessfully)
                await AwaitUnlessGivenUpAsync(write.AsTask());
        }
    }

    private bool IsSettledUnwritten(PublicationAttempt attempt, int index, out OutgoingMessage message)
    {
        message = default;
        if (attempt.IsConfirmed(index))
        {
            attempt.Confirm(index);
            return true;
        }

        message = attempt[index];
        if (_context.Limits.Refusal(index, message, _connection.Client.FrameMax) is not { } refusal)
            return false;
        attempt.Refuse(refusal);
        return true;
    }

    // Without a token: the library does not send a message that is cancelled, but the state has counted it.
    private ValueTask PublishAsync(in OutgoingMessage message, BasicProperties properties) => _channel.BasicPublishAsync(
        message.Exchange, message.RoutingKey, mandatory: true, properties, message.Body, CancellationToken.None);

    // If the broker reads nothing, the call never ends. The library copies the body before the call waits, so it may be left.
    private async Task AwaitUnlessGivenUpAsync(Task write)
    {
        try
        {
            await await Task.WhenAny(write, _state.GivenUp);
        }
        catch (Exception exception)
        {
            Close(BrokerFault.From(exception, _context.Options).Message);
        }
    }

    private Task OnShutdown(ShutdownEventArgs reason)
    {
        if (_context.Limits.TryLearn(reason.ReplyText))
            _context.Log.LimitLearned(_context.Limits.MessageBytes);
        Close(BrokerFault.From(reason, _context.Options).Message);
        return Task.CompletedTask;
    }

    private void Close(string reason) => _state.Feed(static (state, reason, _) => state.Close(reason), reason);

    private Task Feed<T>(GuardedSessionState.Input<T> input, T argument)
    {
        _state.Feed(input, argument);
        return Task.CompletedTask;
    }
}
