using System.Text;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;

namespace Bridge.Tests.Publish;

/// <summary>Values for tests that do not care which.</summary>
internal static class Some
{
    public static OutgoingMessage Message(string id, string routingKey = "logs.orders.info", int bytes = 512) =>
        new(VirtualHost.Exchange, routingKey, new OutgoingProperties(id), new byte[bytes]);

    public static OutgoingMessage Message(int number, string routingKey = "logs.orders.info") =>
        new(
            VirtualHost.Exchange,
            routingKey,
            new OutgoingProperties($"id-{number}"),
            Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""));

    public static IEnumerable<OutgoingMessage> Messages(int count, int bytes = 512) =>
        Enumerable.Range(0, count).Select(number => Message($"id-{number}", bytes: bytes));

    // One connection, so that a test knows which one it meets.
    public static RabbitMqOptions Options(VirtualHost host) => new() { Uri = host.Uri.OriginalString, Connections = 1 };
}
