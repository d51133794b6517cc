using Azure.Core;
using static System.FormattableString;

namespace Telemetry.Azure;

/// <summary>One operation of the Queue service's REST API on one queue.</summary>
/// <param name="Operation">Its name in the REST reference.</param>
/// <param name="Permission">The role permission it needs, after <c>Microsoft.Storage/storageAccounts/queueServices/</c>.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">What follows the queue's address, escaped; empty or from a slash on.</param>
/// <param name="Query">The query without its question mark, escaped.</param>
/// <param name="Content">The body, if any.</param>
internal sealed record QueueRequest(
    string Operation, string Permission, RequestMethod Method, string Path, string Query, RequestContent? Content = null)
{
    private const string Messages = "/messages";

    // A lifetime of -1 never expires; the service's default of seven days would delete unread telemetry without a word.
    public static QueueRequest PutMessage(ReadOnlyMemory<byte> text) =>
        new("Put Message", "queues/messages/add/action", RequestMethod.Post, Messages,
            "messagettl=-1", new QueueMessageContent(text));

    public static QueueRequest GetMessages(int max, TimeSpan lease) =>
        new("Get Messages", "queues/messages/process/action", RequestMethod.Get, Messages,
            Invariant($"numofmessages={max}&visibilitytimeout={Seconds(lease)}"));

    public static QueueRequest PeekMessages() =>
        new("Peek Messages", "queues/messages/read", RequestMethod.Get, Messages, "peekonly=true&numofmessages=1");

    // Without a body the service keeps the text.
    public static QueueRequest UpdateMessage(string id, string receipt, TimeSpan invisible) =>
        new("Update Message", "queues/messages/write", RequestMethod.Put, MessagePath(id),
            Invariant($"{Receipt(receipt)}&visibilitytimeout={Seconds(invisible)}"));

    public static QueueRequest DeleteMessage(string id, string receipt) =>
        new("Delete Message", "queues/messages/delete", RequestMethod.Delete, MessagePath(id), Receipt(receipt));

    public static QueueRequest GetQueueMetadata() =>
        new("Get Queue Metadata", "queues/read", RequestMethod.Get, "", "comp=metadata");

    public static QueueRequest CreateQueue() => new("Create Queue", "queues/write", RequestMethod.Put, "", "");

    private static string MessagePath(string id) => $"{Messages}/{Uri.EscapeDataString(id)}";

    private static string Receipt(string receipt) => $"popreceipt={Uri.EscapeDataString(receipt)}";

    private static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);
}
