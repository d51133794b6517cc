using System.Text;

namespace Telemetry.Queues;

/// <summary>The facts of a failed queue operation.</summary>
public sealed record QueueFailure
{
    /// <summary>The queue's address.</summary>
    public required QueueEndpoint Queue { get; init; }

    /// <summary>The cloud's own name of the operation, such as <c>SendMessageBatch</c> or <c>Put Message</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>HTTP status; null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>The cloud's error code, such as <c>QueueNotFound</c>.</summary>
    public string? Code { get; init; }

    /// <summary>The request's identity for the cloud's support.</summary>
    public string? RequestId { get; init; }

    /// <summary>What is wrong in plain words, where the code does not say it, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>True when the same call may succeed later: throttled, a server error, no answer.</summary>
    public bool IsTransient { get; init; }

    /// <summary>True when the host name of the address, or of the proxy on the way, does not exist.</summary>
    public bool IsUnknownName { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Operation).Append(" on ").Append(Queue).Append(" failed");
        text.Append(Status is { } status ? $" with {status}" : " without an answer");
        if (Code is not null)
            text.Append(' ').Append(Code);
        if (RequestId is not null)
            text.Append(" (request ").Append(RequestId).Append(')');
        if (Detail is not null)
            text.Append(": ").Append(Detail);
        return text.ToString();
    }
}

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
