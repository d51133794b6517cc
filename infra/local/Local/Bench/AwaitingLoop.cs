using System.Text.Json;
using Harness.Components;
using Harness.Faults;
using RabbitMQ.Client;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Local.Bench;

/// <summary>
/// What many would write in C# to forward one event a message: receive, await each publish's confirm, delete. It says "ready"
/// before it receives.
/// </summary>
internal static class AwaitingLoop
{
    public const string Command = "forward-each";

    private const int Most = 10;
    private static readonly string[] KeyMembers = ["style", "service", "level"];
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);

    /// <param name="arguments">Queue, broker, consumers.</param>
    /// <param name="cancellationToken">Ends it; nothing else does.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var source = new ConnectedQueue(new BridgeQueue(new Uri(arguments[0]), "sqs"));
        await using var queue = new SqsQueue(source.Endpoint, TimeProvider.System);
        await using var connection = await new ConnectionFactory { Uri = new Uri(arguments[1]) }
            .CreateConnectionAsync(cancellationToken);
        var channels = new List<IChannel>();
        for (var consumer = int.Parse(arguments[2]); consumer > 0; consumer--)
        {
            var confirms = new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            channels.Add(await connection.CreateChannelAsync(confirms, cancellationToken));
        }

        Console.WriteLine("ready");
        await Task.WhenAll(channels.Select(channel => ForwardAsync(queue, channel, cancellationToken)));
        return 0;
    }

    private static async Task ForwardAsync(SqsQueue queue, IChannel channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            var messages = await queue.ReceiveAsync(Most, Lease, LongPoll, cancellationToken);
            foreach (var message in messages)
                await PublishAsync(channel, message);
            if (messages.Count > 0)
                await queue.DeleteAsync(messages, cancellationToken);
        }
    }

    private static async Task PublishAsync(IChannel channel, ReceivedMessage message)
    {
        using var json = JsonDocument.Parse(message.Text);
        var key = string.Join('.', KeyMembers.Select(name => json.RootElement.GetProperty(name).GetString()));
        var properties = new BasicProperties { Persistent = true, ContentType = "application/json", MessageId = message.Id };
        await channel.BasicPublishAsync(Tap.Exchange, key, mandatory: true, properties, message.Text);
    }
}
