using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Bridge.RabbitMq.Topology;

/// <summary>Finds queues that exist but are wrong: with other arguments, or left by another number of partitions.</summary>
internal sealed class TopologyAudit(BrokerTopology topology, int partitions, RabbitMqOptions options, TimeProvider clock)
{
    private const int MaxPartitions = 256;
    private const int NotFound = 404;

    // A replica that leaves an idle partition to others has it back well before this time.
    private static readonly TimeSpan MoveTime = TimeSpan.FromMilliseconds(500);
    private const int AccessRefused = 403;

    /// <summary>Checks the arguments of a queue that the bridge relies on. A user without configure permission cannot.</summary>
    /// <returns>
    /// Null when it has all; else the consequence and the remedy for a missing argument that the bridge can work without.
    /// </returns>
    /// <exception cref="BrokerFaultException">It has others.</exception>
    public static async Task<string?> VerifyArgumentsAsync(
        IConnection connection, string queue, CancellationToken cancellationToken)
    {
        var arguments = BrokerTopology.ArgumentsOf(queue);
        if (await DeclareAsync(connection, queue, arguments, cancellationToken) is not { } refusal)
            return null;

        // The arguments that earlier versions used.
        arguments.Remove(BrokerTopology.Overflow);
        if (await DeclareAsync(connection, queue, arguments, cancellationToken) is not { } otherRefusal)
        {
            return $"it has no {BrokerTopology.Overflow}=reject-publish: a policy that limits its length would drop its oldest"
                + " messages; once it is empty, stop the bridge, delete it, and let the bridge make it anew";
        }

        // Reports the refusal for a wrong argument, not the one for an argument that may be missing.
        var exception = refusal.ShutdownReason!.ReplyText.Contains(BrokerTopology.Overflow, StringComparison.Ordinal)
            ? otherRefusal
            : refusal;
        var reason = exception.ShutdownReason!;
        throw new BrokerFaultException(
            new BrokerFault(
                $"{reason.ReplyCode} {reason.ReplyText.ReplaceLineEndings(" ")}: empty the queue, delete it, and let the bridge"
                    + " make it anew with the arguments in docs/permissions.md",
                IsTransient: false),
            exception);
    }

    // Null when the queue has these arguments, or when this user may not find out: then the person who made the queue is
    // responsible.
    private static async Task<OperationInterruptedException?> DeclareAsync(
        IConnection connection, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
            await channel.CloseAsync(cancellationToken);
            return null;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason is { } reason)
        {
            return reason.ReplyCode is AccessRefused or NotFound ? null : exception;
        }
    }

    /// <summary>Whether chunk queues beyond the configured number hold chunks or have consumers.</summary>
    /// <exception cref="BrokerFaultException">They do: batches would never become whole.</exception>
    public async Task VerifyNumberAsync(IConnection connection, CancellationToken cancellationToken)
    {
        for (var partition = partitions; partition < MaxPartitions; partition++)
        {
            if (await AskAsync(connection, BridgeQueues.Chunks(partition), cancellationToken) is not { } queue)
                return;
            if (queue.ConsumerCount > 0)
            {
                throw Fault(
                    $"{queue.QueueName} has a consumer: another replica runs with more than {partitions} partitions; give all"
                        + " replicas the same Bridge:Assemble:Partitions",
                    isTransient: true);
            }

            if (queue.MessageCount > 0)
            {
                throw Fault(
                    $"{queue.QueueName} holds {queue.MessageCount} chunks that nobody reads with {partitions} partitions: run"
                        + " with the old Bridge:Assemble:Partitions until it is empty",
                    isTransient: false);
            }
        }
    }

    /// <summary>Whether some partitions have a consumer and others none: replicas with fewer partitions run.</summary>
    /// <exception cref="BrokerFaultException">They do.</exception>
    public async Task VerifyConsumersAsync(IConnection connection, CancellationToken cancellationToken)
    {
        if (await CountFirstAsync(connection, cancellationToken) is null)
            return;
        await Task.Delay(MoveTime, clock, cancellationToken);
        if (await CountFirstAsync(connection, cancellationToken) is { } consumed)
        {
            throw Fault(
                $"only the first {consumed} of {partitions} chunk queues have a consumer: another replica runs with {consumed}"
                    + " partitions; give all replicas the same Bridge:Assemble:Partitions",
                isTransient: true);
        }
    }

    // Number of the first partitions that have a consumer, when the others have none; null when all or none have one.
    private async Task<int?> CountFirstAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var consumers = new List<uint>();
        foreach (var name in topology.Queues.Where(name => name is not BridgeQueues.Dead))
            consumers.Add((await AskAsync(connection, name, cancellationToken))?.ConsumerCount ?? 0);
        var consumed = consumers.TakeWhile(count => count > 0).Count();
        return consumed > 0 && consumed < partitions && consumers.Skip(consumed).All(count => count == 0) ? consumed : null;
    }

    private static async Task<QueueDeclareOk?> AskAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }
    }

    private BrokerFaultException Fault(string message, bool isTransient) =>
        new(new BrokerFault($"{options.DisplayUri}: {message}", isTransient), innerException: null);
}
