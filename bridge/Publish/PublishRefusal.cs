namespace Bridge.Publish;

/// <summary>Why the broker will not take a message.</summary>
internal enum PublishRefusalReason
{
    /// <summary>No queue is bound for its routing key.</summary>
    Unroutable,

    /// <summary>It is over a limit of the broker or of the protocol.</summary>
    Rejected,

    /// <summary>The broker nacked it: a queue is full, or has no leader.</summary>
    Nacked,
}

/// <summary>A message that was answered, but not accepted.</summary>
/// <param name="Index">Its index in the publication.</param>
/// <param name="Reason">What kind of refusal it is.</param>
/// <param name="Detail">One line for people, such as <c>312 NO_ROUTE</c> or <c>nacked by the broker</c>; never any of the payload.</param>
internal sealed record PublishRefusal(int Index, PublishRefusalReason Reason, string Detail);
