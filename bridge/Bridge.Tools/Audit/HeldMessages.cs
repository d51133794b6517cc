using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bridge.Tools.Audit;

/// <summary>
/// Reads messages of a queue and acknowledges none. One object serves as several consumers of a channel, which calls it for one
/// message at a time.
/// </summary>
/// <param name="channel">Holds the messages.</param>
/// <param name="count">Number of messages to read; further ones are ignored.</param>
/// <param name="bytes">Bytes to read, <see cref="Overhead"/> included; the message that reaches the limit is the last.</param>
/// <param name="take">Called for each message.</param>
/// <param name="options">The broker's options, for errors.</param>
internal sealed class HeldMessages(IChannel channel, long count, long bytes, Action<SeenEvent> take, RabbitMqOptions options)
    : AsyncDefaultBasicConsumer(channel)
{
    /// <summary>Estimated bytes that a broker needs for an unacknowledged message beside its body.</summary>
    public const int Overhead = 1_024;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // The broker does not report that another consumer has taken the missing messages, so silence must show it.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _taken;
    private long _heldBytes;
    private long _goal;
    private TaskCompletionSource _reached = new();
    private bool _ended;

    /// <summary>Messages read.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Their bytes, <see cref="Overhead"/> included.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>The delivery tag of the last message read; 0 before the first.</summary>
    public ulong LastTag { get; private set; }

    /// <summary>
    /// Completes when this many messages are read, when none has arrived for 5 s, or when a limit of the constructor is reached.
    /// </summary>
    /// <returns>True when there may be more to read.</returns>
    /// <exception cref="BrokerFaultException">The broker closed the channel, or deleted the queue.</exception>
    public async Task<bool> UntilTakenAsync(long goal, TimeProvider clock, CancellationToken cancellationToken)
    {
        var reached = Expect(goal);
        var (taken, since) = (Taken, clock.GetTimestamp());
        while (!_all.Task.IsCompleted && !reached.IsCompleted)
        {
            await Task.WhenAny(_all.Task, reached, Task.Delay(PollInterval, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (Taken != taken)
                (taken, since) = (Taken, clock.GetTimestamp());
            else if (clock.GetElapsedTime(since) > IdleTimeout)
                return false;
        }

        if (!_all.Task.IsCompleted)
            return true;
        await _all.Task;
        return false;
    }

    /// <summary>Ignores all further messages.</summary>
    public void End()
    {
        lock (_gate)
            _ended = true;
    }

    /// <inheritdoc/>
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_ended || _taken == count || _heldBytes >= bytes)
                return Task.CompletedTask;
            take(SeenEvent.From(properties, body.Span));
            LastTag = deliveryTag;
            Interlocked.Add(ref _heldBytes, body.Length + Overhead);
            if (Interlocked.Increment(ref _taken) == count || _heldBytes >= bytes)
                _all.TrySetResult();
            if (_taken >= _goal)
                _reached.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _all.TrySetException(new BrokerFaultException(
            new BrokerFault("the broker deleted the queue while it was read", IsTransient: false)));
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _all.TrySetException(new BrokerFaultException(BrokerFault.From(reason, options)));
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    private Task Expect(long goal)
    {
        lock (_gate)
        {
            (_goal, _reached) = (goal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_taken >= goal)
                _reached.SetResult();
            return _reached.Task;
        }
    }
}
