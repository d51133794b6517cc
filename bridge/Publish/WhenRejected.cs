namespace Bridge.Publish;

/// <summary>
/// What to do with an event that a queue bound to the exchange rejects (a nack), for example because the queue is full.
/// </summary>
internal enum WhenRejected
{
    /// <summary>Receive nothing more and publish the event again until the queue accepts it.</summary>
    Wait,

    /// <summary>Do the same for <see cref="RabbitMqOptions.DeadLetterAfter"/>; then dead-letter the event as rejected.</summary>
    DeadLetter,
}
