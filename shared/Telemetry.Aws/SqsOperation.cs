namespace Telemetry.Aws;

/// <summary>The operations of the service that are used here.</summary>
internal static class SqsOperation
{
    public const string ChangeMessageVisibility = nameof(ChangeMessageVisibility);
    public const string CreateQueue = nameof(CreateQueue);
    public const string DeleteMessage = nameof(DeleteMessage);
    public const string DeleteMessageBatch = nameof(DeleteMessageBatch);
    public const string GetQueueAttributes = nameof(GetQueueAttributes);
    public const string ReceiveMessage = nameof(ReceiveMessage);
    public const string SendMessageBatch = nameof(SendMessageBatch);

    /// <summary>The IAM action that allows the operation. A batch operation has the action of the single operation.</summary>
    public static string ActionOf(string operation) => "sqs:" + operation.Replace("Batch", null, StringComparison.Ordinal);
}
