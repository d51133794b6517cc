namespace Bridge.Core.DeadLetters;

/// <summary>Names of the headers of a dead-lettered message.</summary>
internal static class DeadLetterHeaders
{
    /// <summary>The reason's code, as in docs/wire-format.md.</summary>
    public const string Reason = "x-dead-reason";

    /// <summary>One line with the value that caused the refusal.</summary>
    public const string Detail = "x-dead-detail";

    /// <summary>URL of the queue that delivered the message.</summary>
    public const string Source = "x-dead-source";

    /// <summary>How often the queue had delivered the message.</summary>
    public const string ReceiveCount = "x-dead-receive-count";

    /// <summary>When the message was dead-lettered, ISO 8601 UTC.</summary>
    public const string At = "x-dead-at";

    /// <summary>
    /// The routing key of an event that the broker refused. Only such an event has this header, and its body is the event itself.
    /// A replay publishes it to the exchange again; every other dead letter returns to its queue.
    /// </summary>
    public const string RoutingKey = "x-dead-routing-key";

    /// <summary>Only beside a routing key, when a rule chose the exchange: a replay publishes to this one.</summary>
    public const string Exchange = "x-dead-exchange";

    /// <summary>
    /// Only on a part of a letter that is larger than the broker accepts: <c>i/n</c>, counted from 1. The part's other headers
    /// are those of the letter.
    /// </summary>
    public const string Part = "x-dead-part";

    /// <summary>
    /// Only on a part: SHA-256 of the letter's whole body in lower-case hexadecimal, the same on every part.
    /// </summary>
    public const string Digest = "x-dead-digest";
}
