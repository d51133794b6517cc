namespace Simulation.Queues;

/// <summary>How the queue service misbehaves at present; each a probability a call.</summary>
internal sealed record QueueTroubles
{
    public static QueueTroubles None { get; } = new();

    /// <summary>The call is refused and has no effect: throttled, 500, 503.</summary>
    public double Refused { get; init; }

    /// <summary>The call has its effect, but the answer is lost.</summary>
    public double AnswerLost { get; init; }

    /// <summary>The way there and the way back may take longer than a lease.</summary>
    public double AnswerLate { get; init; }

    /// <summary>A delete of several does only some of them.</summary>
    public double PartialDelete { get; init; }

    /// <summary>A message that is delivered stays visible to others, as SQS may do.</summary>
    public double DeliveredTwice { get; init; }
}
