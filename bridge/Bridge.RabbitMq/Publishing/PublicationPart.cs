using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>Some messages of a publication; remembers which of them the broker has confirmed.</summary>
/// <param name="whole">The publication.</param>
/// <param name="indexes">Their indexes in it.</param>
internal sealed class PublicationPart(IPublication whole, IReadOnlyList<int> indexes) : IPublication
{
    private readonly bool[] _confirmed = new bool[indexes.Count];

    /// <inheritdoc/>
    public int Count => indexes.Count;

    /// <summary>Indexes, in the whole publication, of the messages not confirmed so far.</summary>
    public IEnumerable<int> Unconfirmed => indexes.Where((_, index) => !Volatile.Read(ref _confirmed[index]));

    /// <inheritdoc/>
    public OutgoingMessage this[int index] => whole[indexes[index]];

    /// <inheritdoc/>
    public bool IsConfirmed(int index) => whole.IsConfirmed(indexes[index]);

    /// <inheritdoc/>
    public void OnConfirmed(int index)
    {
        Volatile.Write(ref _confirmed[index], true);
        whole.OnConfirmed(indexes[index]);
    }

    /// <summary>The refusals with their indexes in the whole publication.</summary>
    public IReadOnlyList<PublishRefusal> InWhole(IReadOnlyList<PublishRefusal> refusals) =>
        [.. refusals.Select(refusal => refusal with { Index = indexes[refusal.Index] })];
}
