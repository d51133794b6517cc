namespace Bridge.Core.DeadLetters;

/// <summary>Names of the headers of a dead-lettered message.</summary>
internal static class DeadLetterHeaders
{
    /// <summary>The reason's code, as in docs/wire-format.md.</summary>
    public const string Reason = "x-dead-reason";

    /// <summary>One line with the offending value.</summary>
    public const string Detail = "x-dead-detail";

    /// <summary>The queue's URL that the message came from.</summary>
    public const string Source = "x-dead-source";

    /// <summary>How often the queue had delivered it.</summary>
    public const string ReceiveCount = "x-dead-receive-count";

    /// <summary>When it was dead-lettered, ISO 8601 UTC.</summary>
    public const string At = "x-dead-at";

    /// <summary>
    /// Only on an event that the broker would not take, whose body is the event itself: the routing key that it was published with.
    /// A replay publishes it to the exchange again; anything else goes back to its queue.
    /// </summary>
    public const string RoutingKey = "x-dead-routing-key";

    /// <summary>Only beside a routing key, when a rule chose the exchange: a replay publishes to this one.</summary>
    public const string Exchange = "x-dead-exchange";

    /// <summary>
    /// Only on a part of a letter that is larger than the broker accepts: <c>i/n</c>, counted from 1. All other headers are those
    /// of the letter.
    /// </summary>
    public const string Part = "x-dead-part";

    /// <summary>
    /// Only on a part: SHA-256 of the whole body in lower-case hexadecimal, the same on every part of the letter.
    /// </summary>
    public const string Digest = "x-dead-digest";
}
