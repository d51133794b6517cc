using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Bridge.RabbitMq.Topology;

/// <summary>
/// What the bridge needs in the broker: the company's exchange, and queues of its own. It asks for everything passively first, so
/// that a user without configure permission can use an exchange and queues that exist already.
/// </summary>
/// <param name="exchange">The company's exchange; never created here.</param>
/// <param name="partitions">Number of chunk queues, at least 1.</param>
/// <param name="ruleExchanges">Further exchanges that rules name; never created here.</param>
internal sealed class BrokerTopology(string exchange, int partitions, IReadOnlyList<string>? ruleExchanges = null)
{
    /// <summary>
    /// Argument that overrides a policy: when a policy limits the queue's length, the queue refuses new messages, which the
    /// bridge then keeps, and does not drop its oldest. For numbers, such as the length itself, the smaller of argument and
    /// policy wins.
    /// </summary>
    public const string Overflow = "x-overflow";

    private const int NotFound = 404;

    // From 4.0 on a quorum queue drops a message after 20 deliveries by default. There -1 turns that off, but 3.x accepts no
    // negative number, so this is a number that is never reached.
    private const int DeliveryLimit = 1_000_000_000;

    /// <summary>Names of the queues, chunk queues first.</summary>
    public IReadOnlyList<string> Queues { get; } =
        [.. Enumerable.Range(0, partitions).Select(BridgeQueues.Chunks), BridgeQueues.Dead];

    /// <summary>The company's exchange.</summary>
    public string Exchange => exchange;

    /// <summary>All exchanges that events go to, the company's first.</summary>
    public IReadOnlyList<string> Exchanges { get; } = [exchange, .. ruleExchanges ?? []];

    /// <summary>Channels of the connection that assembles: one for each partition, and one to find the queues.</summary>
    public int AssemblingChannels => partitions + 1;

    /// <summary>Whether the broker allows <see cref="AssemblingChannels"/> on a connection.</summary>
    /// <exception cref="BrokerFaultException">It does not.</exception>
    public void VerifyChannels(IConnection connection, RabbitMqOptions options)
    {
        if (connection.ChannelMax is not (> 0 and var most) || most >= AssemblingChannels)
            return;
        throw new BrokerFaultException(
            new BrokerFault(
                $"{options.DisplayUri} allows {most} channels a connection (channel_max), and assembling {partitions}"
                    + " partitions needs"
                    + $" {AssemblingChannels}: raise channel_max, or lower Bridge:Assemble:Partitions on every replica",
                IsTransient: false));
    }

    /// <summary>
    /// The arguments that make a queue replicated, keep it from dropping messages and, for chunks, allow one active consumer at a
    /// time.
    /// </summary>
    public static Dictionary<string, object?> ArgumentsOf(string queue)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            [Overflow] = "reject-publish",
        };
        if (queue is not BridgeQueues.Dead)
            arguments["x-single-active-consumer"] = true;
        return arguments;
    }

    /// <summary>Finds every exchange, and finds or creates every queue.</summary>
    /// <exception cref="OperationInterruptedException">The broker refused one of them.</exception>
    public async Task VerifyAsync(IConnection connection, CancellationToken cancellationToken)
    {
        foreach (var name in Exchanges)
            await FindExchangeAsync(connection, name, cancellationToken);
        await EnsureQueuesAsync(connection, cancellationToken);
    }

    /// <summary>Finds or creates every queue. When all exist, one channel is enough.</summary>
    /// <exception cref="OperationInterruptedException">One can be neither found nor created.</exception>
    public async Task EnsureQueuesAsync(IConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await OnNewChannelAsync(
                connection,
                async channel =>
                {
                    foreach (var queue in Queues)
                        await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                },
                cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            foreach (var queue in Queues)
                await EnsureQueueAsync(connection, queue, cancellationToken);
        }
    }

    /// <summary>Finds an exchange.</summary>
    /// <exception cref="OperationInterruptedException">It is missing.</exception>
    public static Task FindExchangeAsync(IConnection connection, string exchange, CancellationToken cancellationToken) =>
        OnNewChannelAsync(
            connection, channel => channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken), cancellationToken);

    /// <summary>Finds a queue, or creates it.</summary>
    /// <exception cref="OperationInterruptedException">It can be neither found nor created.</exception>
    public static async Task EnsureQueueAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await OnNewChannelAsync(
                connection, channel => channel.QueueDeclarePassiveAsync(queue, cancellationToken), cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            await OnNewChannelAsync(
                connection,
                channel => channel.QueueDeclareAsync(
                    queue,
                    durable: true,
                    exclusive: false,
                    autoDelete: false,
                    ArgumentsOf(queue),
                    cancellationToken: cancellationToken),
                cancellationToken);
        }
    }

    // A refused declaration closes its channel, so each gets a channel of its own.
    private static async Task OnNewChannelAsync(
        IConnection connection, Func<IChannel, Task> declare, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await declare(channel);
        await channel.CloseAsync(cancellationToken);
    }
}
