using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bridge.Tools.Audit;

/// <summary>Takes messages of a queue and acknowledges none. One object consumes several times: to the channel it is one after the other.</summary>
/// <param name="channel">Holds the messages.</param>
/// <param name="count">How many to take; more are left alone.</param>
/// <param name="bytes">
/// How many bytes of them to take, <see cref="Overhead"/> included; the message that reaches it is the last.
/// </param>
/// <param name="take">Takes each.</param>
/// <param name="options">Which broker it is, for errors.</param>
internal sealed class HeldMessages(IChannel channel, long count, long bytes, Action<SeenEvent> take, RabbitMqOptions options)
    : AsyncDefaultBasicConsumer(channel)
{
    /// <summary>Bytes that a broker needs, beside the body, to remember an unacknowledged message (an estimate).</summary>
    public const int Overhead = 1_024;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // Others may have taken what is missing: nobody tells.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _taken;
    private long _heldBytes;
    private long _goal;
    private TaskCompletionSource _reached = new();
    private bool _ended;

    /// <summary>How many were taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Bytes of those taken, <see cref="Overhead"/> included.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>The delivery tag of the last that was taken; 0 before.</summary>
    public ulong LastTag { get; private set; }

    /// <summary>Completes when this many are taken, when none has come for a while, or when there is no more to take.</summary>
    /// <returns>True when there may be more to take.</returns>
    /// <exception cref="BrokerFaultException">The broker closed the channel, or deleted the queue.</exception>
    public async Task<bool> UntilTakenAsync(long goal, TimeProvider clock, CancellationToken cancellationToken)
    {
        var reached = Expect(goal);
        var (taken, since) = (Taken, clock.GetTimestamp());
        while (!_all.Task.IsCompleted && !reached.IsCompleted)
        {
            await Task.WhenAny(_all.Task, reached, Task.Delay(Look, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (Taken != taken)
                (taken, since) = (Taken, clock.GetTimestamp());
            else if (clock.GetElapsedTime(since) > Silence)
                return false;
        }

        if (!_all.Task.IsCompleted)
            return true;
        await _all.Task;
        return false;
    }

    /// <summary>From now on no message is taken.</summary>
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
            take(SeenEvent.Of(properties, body.Span));
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
        _all.TrySetException(new BrokerFaultException(new BrokerFault("the broker deleted the queue while it was read", IsTransient: false)));
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
