using Bridge.Publish;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Bridge.Audit;

/// <summary>Takes messages of a queue and acknowledges none. One object consumes several times: to the channel it is one after the other.</summary>
/// <param name="channel">Holds the messages.</param>
/// <param name="count">How many to take; more are left alone.</param>
/// <param name="take">Takes each.</param>
/// <param name="options">Which broker it is, for errors.</param>
internal sealed class HeldMessages(IChannel channel, long count, Action<SeenEvent> take, RabbitMqOptions options) : AsyncDefaultBasicConsumer(channel)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // Others may have taken what is missing: nobody tells.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _taken;
    private bool _ended;

    /// <summary>How many were taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>The delivery tag of the last that was taken; 0 before.</summary>
    public ulong LastTag { get; private set; }

    /// <summary>Completes when all are taken, or when none has come for a while. From then on none is taken.</summary>
    /// <exception cref="BrokerFaultException">The broker closed the channel, or deleted the queue.</exception>
    public async Task UntilReadAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await UntilReadOrSilentAsync(clock, cancellationToken);
        }
        finally
        {
            lock (_gate)
                _ended = true;
        }
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
            if (_ended || _taken == count)
                return Task.CompletedTask;
            take(SeenEvent.Of(properties, body.Span));
            LastTag = deliveryTag;
            if (Interlocked.Increment(ref _taken) == count)
                _all.TrySetResult();
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

    private async Task UntilReadOrSilentAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var (taken, since) = (0L, clock.GetTimestamp());
        while (await Task.WhenAny(_all.Task, Task.Delay(Look, clock, cancellationToken)) != _all.Task)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Taken != taken)
                (taken, since) = (Taken, clock.GetTimestamp());
            else if (clock.GetElapsedTime(since) > Silence)
                return;
        }

        await _all.Task;
    }
}
