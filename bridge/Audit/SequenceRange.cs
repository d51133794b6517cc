namespace Bridge.Audit;

/// <summary>Numbers that follow each other.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them; not below the first.</param>
internal readonly record struct SequenceRange(uint First, uint Last)
{
    /// <summary>How many numbers these are.</summary>
    public long Count => (long)Last - First + 1;

    /// <summary>As a person writes it: <c>7</c> or <c>9-12</c>.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
