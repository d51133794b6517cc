namespace Bridge;

/// <summary>A stage that knows whether it can do its work.</summary>
internal interface IStageHealth
{
    /// <summary>Why it cannot, in one line without a secret; null while it can.</summary>
    string? Problem { get; }
}
