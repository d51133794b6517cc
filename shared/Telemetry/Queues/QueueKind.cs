namespace Telemetry.Queues;

/// <summary>The cloud queues that telemetry travels through.</summary>
public enum QueueKind
{
    /// <summary>Azure Storage Queue.</summary>
    Azure,

    /// <summary>Amazon SQS, standard queue.</summary>
    Sqs,
}
