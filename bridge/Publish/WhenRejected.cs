namespace Bridge.Publish;

/// <summary>What becomes of an event that a queue bound to the exchange rejects (a nack), such as one that is full.</summary>
internal enum WhenRejected
{
    /// <summary>Nothing is received, and it is published again until it is taken.</summary>
    Wait,

    /// <summary>The same for <see cref="RabbitMqOptions.DeadLetterAfter"/>; then it is dead-lettered as rejected.</summary>
    DeadLetter,
}
