using Simulation.World;
using Telemetry.Queues;

namespace Simulation.Queues;

/// <summary>One replica's way to the queue service, over a network that takes its time.</summary>
internal sealed class SimulatedReceiver(SimulatedWorld world, SimulatedQueue queue, Life life, string replica) : IQueueReceiver
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LatestWay = TimeSpan.FromSeconds(40);

    /// <summary>By then a call has its answer, the way there and the way back being late.</summary>
    public static TimeSpan LatestAnswer => 2 * LatestWay;

    public QueueEndpoint Endpoint => queue.Endpoint;

    public int MaxReceive => queue.Kind is QueueKind.Azure ? 32 : 10;

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var leaseStart = world.Now.Ticks;
        var call = new Call<IReadOnlyList<ReceivedMessage>>(world, queue.Troubles, life, Failure("receive"));
        var until = world.Now + wait;
        world.After(Latency(), Attempt);
        return await call.Answer;

        // SQS holds a poll for the whole wait, whatever becomes of its caller; on Azure the wait is the client's own.
        void Attempt()
        {
            if (call.IsRefused)
                return;
            var messages = queue.Take(max, lease, leaseStart, replica);
            if (messages.Count > 0 || world.Now >= until || (queue.Kind is QueueKind.Azure && cancellationToken.IsCancellationRequested))
                call.Complete(messages, Latency());
            else
                world.After(Look, Attempt);
        }
    }

    public Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        var leaseStart = world.Now.Ticks;
        return CallAsync("renew", () => queue.Renew(message, lease) is { } receipt
            ? message with { Receipt = receipt, LeaseStart = leaseStart }
            : null, cancellationToken);
    }

    public Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<ReceivedMessage>>("delete", () =>
        {
            if (!world.Chance(queue.Troubles.PartialDelete))
                return [.. messages.Where(message => !queue.Delete(message, replica))];
            foreach (var message in messages.Where(_ => world.Chance(0.5)))
                queue.Delete(message, replica);
            throw new QueueException(Failure("delete"));
        }, cancellationToken);

    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken) => CallAsync("release", () =>
    {
        queue.Release(message, delay);
        return true;
    }, cancellationToken);

    public Task<long> GetDepthAsync(CancellationToken cancellationToken) => CallAsync("depth", () => (long)queue.Count, cancellationToken);

    public Task CreateIfMissingAsync(CancellationToken cancellationToken) => throw new NotSupportedException("the bridge creates no queue");

    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException("no check is made here");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> CallAsync<T>(string operation, Func<T> effect, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new Call<T>(world, queue.Troubles, life, Failure(operation));
        world.After(Latency(), () =>
        {
            if (!call.IsRefused)
                call.Complete(effect, Latency());
        });
        return call.Answer.WaitAsync(cancellationToken);
    }

    private TimeSpan Latency() =>
        world.Chance(queue.Troubles.AnswerLate) ? world.Between(TimeSpan.Zero, LatestWay) : world.Milliseconds(1, 80);

    private QueueFailure Failure(string operation) => new()
    {
        Queue = queue.Endpoint,
        Operation = operation,
        Detail = "a simulated trouble",
    };
}
