namespace Bridge.Audit;

/// <summary>What an event is to the account of its sender.</summary>
internal enum Sighting
{
    /// <summary>Not seen before.</summary>
    New,

    /// <summary>Its place has been seen: a duplicate, or another event that claims the same place.</summary>
    Again,

    /// <summary>Before the audit's window or after it.</summary>
    Outside,

    /// <summary>It claims another number of events than the rest of its batch.</summary>
    Contradictory,

    /// <summary>There is no room to follow it.</summary>
    NotFollowed,
}
