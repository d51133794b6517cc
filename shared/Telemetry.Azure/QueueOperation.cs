namespace Telemetry.Azure;

/// <summary>An operation of the Queue service.</summary>
/// <param name="Name">Its name in the REST reference.</param>
/// <param name="Permission">The role permission it needs, after <c>Microsoft.Storage/storageAccounts/queueServices/</c>.</param>
internal sealed record QueueOperation(string Name, string Permission)
{
    public static QueueOperation PutMessage => new("Put Message", "queues/messages/add/action");

    public static QueueOperation GetMessages => new("Get Messages", "queues/messages/process/action");

    public static QueueOperation PeekMessages => new("Peek Messages", "queues/messages/read");

    public static QueueOperation UpdateMessage => new("Update Message", "queues/messages/write");

    public static QueueOperation DeleteMessage => new("Delete Message", "queues/messages/delete");

    public static QueueOperation GetQueueMetadata => new("Get Queue Metadata", "queues/read");

    public static QueueOperation CreateQueue => new("Create Queue", "queues/write");
}
