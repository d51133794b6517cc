namespace Bridge.Publish;

/// <summary>Some messages of a publication.</summary>
internal sealed class PublicationPart(IPublication whole, IReadOnlyList<int> indexes) : IPublication
{
    /// <inheritdoc/>
    public int Count => indexes.Count;

    /// <inheritdoc/>
    public OutgoingMessage this[int index] => whole[indexes[index]];
}
