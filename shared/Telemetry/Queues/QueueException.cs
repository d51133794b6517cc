namespace Telemetry.Queues;

/// <summary>A queue operation that failed. Its message names queue, operation, status and request, never a secret or a payload;
/// the exception of a library that caused it is not kept, since its text may hold either.</summary>
public sealed class QueueException : Exception
{
    /// <summary>Describes the failure.</summary>
    public QueueException(QueueFailure failure, Exception? innerException = null)
        : base(failure.ToString(), innerException) => Failure = failure;

    /// <summary>What failed.</summary>
    public QueueFailure Failure { get; }
}
