using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Bridge.RabbitMq.Topology;

/// <summary>
/// Tries everything that the bridge needs of the broker, with no message published or taken. Queues that are missing are created,
/// as they would be when the bridge starts.
/// </summary>
/// <param name="connector">Opens the connection.</param>
/// <param name="topology">What must exist.</param>
/// <param name="audit">Checks whether what exists is right; null for a command that only publishes.</param>
internal sealed class BrokerProbe(BrokerConnector connector, BrokerTopology topology, TopologyAudit? audit = null)
{
    private const string DefaultExchange = "";
    private const int PreconditionFailed = 406;

    // By default RabbitMQ 4 accepts 16 MiB.
    private const int ProbedBytes = (16 * 1024 * 1024) + 1;

    /// <summary>
    /// Tries one thing after the other and stops when the rest could not succeed. What fails is a finding, not an exception.
    /// </summary>
    /// <returns>A finding for each thing, in order.</returns>
    public async Task<IReadOnlyList<BrokerFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        var findings = new List<BrokerFinding>();
        BrokerConnection? connection = null;
        if (!await TryAsync("connection", async () => connection = await connector.OpenAsync("bridge check", cancellationToken)))
            return findings;

        await using (connection)
        {
            var client = connection!.Client;
            foreach (var name in topology.Exchanges)
            {
                if (await TryAsync($"exchange {name}", () => BrokerTopology.FindExchangeAsync(client, name, cancellationToken)))
                    await TryAsync($"write to exchange {name}", () => TryWriteAsync(client, name, default, cancellationToken));
            }

            // Chunks and dead letters reach their queues through it.
            await TryAsync(
                "write to the default exchange", () => TryWriteAsync(client, DefaultExchange, default, cancellationToken));
            foreach (var queue in topology.Queues)
            {
                if (!await TryAsync($"queue {queue}", () => BrokerTopology.EnsureQueueAsync(client, queue, cancellationToken)))
                    continue;
                if (queue is not BridgeQueues.Dead)
                    await TryAsync($"read from queue {queue}", () => TryReadAsync(client, queue, cancellationToken));
                string? warning = null;
                if (audit is not null && await TryAsync(
                    $"arguments of queue {queue}",
                    async () => warning = await TopologyAudit.VerifyArgumentsAsync(client, queue, cancellationToken)))
                {
                    findings[^1] = findings[^1] with { Warning = warning };
                }
            }

            if (audit is not null
                && await TryAsync("number of partitions", () => audit.VerifyNumberAsync(client, cancellationToken)))
            {
                await TryAsync(
                    "number of partitions of other replicas", () => audit.VerifyConsumersAsync(client, cancellationToken));
            }

            await TryAsync("connections and channels", () => OpenAllAsync(connection, cancellationToken));
        }

        return findings;

        async Task<bool> TryAsync(string name, Func<Task> attempt)
        {
            try
            {
                await attempt();
                findings.Add(new BrokerFinding(name, Fault: null));
                return true;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var fault = BrokerFault.From(exception, connector.Options);
                findings.Add(new BrokerFinding(
                    name,
                    fault.IsLimit ? fault with { Message = $"{fault.Message}; it needs {Channels} channels in all" } : fault));
                return false;
            }
        }
    }

    private int Channels => connector.Options.Connections + (audit is null ? 0 : topology.AssemblingChannels);

    // As many as the bridge opens, including this check's own: one channel on a publishing connection, several on the assembling
    // one.
    private async Task OpenAllAsync(BrokerConnection first, CancellationToken cancellationToken)
    {
        await first.Client.CreateChannelAsync(cancellationToken: cancellationToken);
        var opened = new List<BrokerConnection>();
        try
        {
            for (var number = 1; number < connector.Options.Connections; number++)
            {
                opened.Add(await connector.OpenAsync("bridge check", cancellationToken));
                await opened[^1].Client.CreateChannelAsync(cancellationToken: cancellationToken);
            }

            if (audit is null)
                return;
            opened.Add(await connector.OpenAsync("bridge check", cancellationToken));
            topology.VerifyChannels(opened[^1].Client, connector.Options);
            for (var channel = 0; channel < topology.AssemblingChannels; channel++)
                await opened[^1].Client.CreateChannelAsync(cancellationToken: cancellationToken);
        }
        finally
        {
            await Task.WhenAll(opened.Select(connection => connection.DisposeAsync().AsTask()));
        }
    }

    /// <summary>
    /// Finds the broker's limit on a message (<c>max_message_size</c>) if it is 16 MiB or less, by sending 16 MiB.
    /// </summary>
    /// <returns>Bytes; null when the limit is higher.</returns>
    /// <exception cref="OperationInterruptedException">The broker refused for another reason.</exception>
    public static async Task<long?> FindMessageLimitAsync(IBrokerConnector connector, CancellationToken cancellationToken)
    {
        var limits = new MessageLimits();
        await using var connection = await connector.OpenAsync("bridge check", cancellationToken);
        var refusal = await TryWriteAsync(connection.Client, DefaultExchange, new byte[ProbedBytes], cancellationToken);
        return limits.TryLearn(refusal.ReplyText) ? limits.MessageBytes : null;
    }

    // The broker checks size and permission before the expiration. It cannot accept this expiration, so it closes the channel in
    // any case and takes no message. The transaction is never committed, which makes sure of that. Nothing may follow the
    // message: if something arrives after the broker has closed the channel, the broker closes the connection (504).
    private static async Task<ShutdownEventArgs> TryWriteAsync(
        IConnection connection, string exchange, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Expiration = "none" };
        var closed = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        channel.ChannelShutdownAsync += (_, reason) => Task.FromResult(closed.TrySetResult(reason));
        await channel.TxSelectAsync(cancellationToken);
        await channel.BasicPublishAsync(exchange, "bridge.check", mandatory: false, properties, body, cancellationToken);
        var refusal = await closed.Task.WaitAsync(channel.ContinuationTimeout, cancellationToken);
        return refusal.ReplyCode == PreconditionFailed ? refusal : throw new OperationInterruptedException(refusal);
    }

    // The broker checks the permission before the arguments. Because it cannot accept this argument, no message is taken, and
    // this never becomes the queue's single active consumer.
    private static async Task TryReadAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.BasicConsumeAsync(
                queue,
                autoAck: false,
                consumerTag: "",
                noLocal: false,
                exclusive: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-priority"] = "none" },
                new AsyncDefaultBasicConsumer(channel),
                cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            // The broker refused the argument, so the user has the permission.
        }
    }
}

/// <summary>What a check of the broker found.</summary>
/// <param name="Name">What was tried, such as <c>write to exchange telemetry</c>.</param>
/// <param name="Fault">Null when it works; else why not, and the remedy.</param>
internal sealed record BrokerFinding(string Name, BrokerFault? Fault)
{
    /// <summary>True when it works.</summary>
    public bool IsOk => Fault is null;

    /// <summary>For a check that passed: one line on what is still unwise, with the remedy; else null.</summary>
    public string? Warning { get; init; }
}
