using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// One attempt to publish the messages of a publication, or some of them: collects what becomes of each. A lost session or a nack
/// needs a new attempt. Safe for the thread that writes and the one that reads answers.
/// </summary>
internal sealed class PublicationAttempt
{
    private readonly IPublication _publication;
    private readonly IReadOnlyList<int>? _indexes;
    private readonly bool[]? _isConfirmed;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<IReadOnlyList<PublishRefusal>> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<PublishRefusal>? _refusals;
    private int _unanswered;

    /// <summary>An attempt with all messages.</summary>
    public PublicationAttempt(IPublication publication)
        : this(publication, publication.Count)
    {
    }

    /// <summary>An attempt with the messages at these indexes of the publication.</summary>
    public PublicationAttempt(IPublication publication, IReadOnlyList<int> indexes)
        : this(publication, indexes.Count) => (_indexes, _isConfirmed) = (indexes, new bool[indexes.Count]);

    private PublicationAttempt(IPublication publication, int count)
    {
        (_publication, _unanswered) = (publication, count);
        Count = count;
        if (count == 0)
            _completion.SetResult([]);
    }

    /// <summary>Number of its messages.</summary>
    public int Count { get; }

    /// <summary>
    /// Ends when every message is settled, with the refusals by rising index in the publication, or with the failure.
    /// </summary>
    public Task<IReadOnlyList<PublishRefusal>> Completion => _completion.Task;

    /// <summary>For an attempt with some messages: indexes in the publication of those that are not confirmed so far.</summary>
    public IEnumerable<int> Unconfirmed => _indexes!.Where((_, index) => !Volatile.Read(ref _isConfirmed![index]));

    /// <summary>A message of the attempt.</summary>
    public OutgoingMessage this[int index] => _publication[IndexInPublication(index)];

    /// <summary>True for a message that needs not be written, because an earlier attempt got its confirm.</summary>
    public bool IsConfirmed(int index) => _publication.IsConfirmed(IndexInPublication(index));

    /// <summary>The broker has answered for a message.</summary>
    public void Settle(in SettledMessage message)
    {
        if (message.Verdict is Verdict.Unroutable)
            Refuse(new PublishRefusal(message.Index, PublishRefusalReason.Unroutable, message.Detail!));
        else if (message.Verdict is Verdict.Nacked)
            Refuse(new PublishRefusal(message.Index, PublishRefusalReason.Nacked, "nacked by the broker"));
        else
            Confirm(message.Index);
    }

    /// <summary>A message was confirmed, now or in an earlier attempt.</summary>
    public void Confirm(int index)
    {
        if (_isConfirmed is not null)
            Volatile.Write(ref _isConfirmed[index], true);
        _publication.OnConfirmed(IndexInPublication(index));
        Answer(null);
    }

    /// <summary>A message was refused.</summary>
    public void Refuse(PublishRefusal refusal) => Answer(refusal with { Index = IndexInPublication(refusal.Index) });

    /// <summary>The verdicts that are still missing will not come.</summary>
    public void Fail(Exception failure)
    {
        // The caller may have stopped waiting. An exception that was read is not reported as unobserved.
        if (_completion.TrySetException(failure))
            _ = _completion.Task.Exception;
    }

    private int IndexInPublication(int index) => _indexes is null ? index : _indexes[index];

    private void Answer(PublishRefusal? refusal)
    {
        List<PublishRefusal>? refusals;
        lock (_lock)
        {
            if (refusal is not null)
                (_refusals ??= []).Add(refusal);
            if (--_unanswered > 0)
                return;
            refusals = _refusals;
        }

        refusals?.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        _completion.TrySetResult(refusals is null ? [] : refusals);
    }
}
