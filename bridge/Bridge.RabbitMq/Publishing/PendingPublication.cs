using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Collects the broker's answers to one publication. Written to by the thread that writes messages and by the one that reads
/// answers.
/// </summary>
internal sealed class PendingPublication
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<IReadOnlyList<PublishRefusal>> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<PublishRefusal>? _refusals;
    private readonly IPublication? _publication;
    private int _unanswered;

    /// <param name="count">Messages of the publication; each must be confirmed or refused once.</param>
    /// <param name="publication">Told of every confirm; null for none.</param>
    public PendingPublication(int count, IPublication? publication = null)
    {
        (_unanswered, _publication) = (count, publication);
        if (count == 0)
            _completion.SetResult([]);
    }

    /// <summary>Ends with the refusals by rising index when every message is answered, or with the failure.</summary>
    public Task<IReadOnlyList<PublishRefusal>> Completion => _completion.Task;

    /// <summary>The broker has taken one message.</summary>
    public void Confirm(int index)
    {
        _publication?.OnConfirmed(index);
        Answer(null);
    }

    /// <summary>One message will not be taken.</summary>
    public void Refuse(PublishRefusal refusal) => Answer(refusal);

    /// <summary>The answers still missing will not come.</summary>
    public void Fail(Exception failure)
    {
        if (!_completion.TrySetException(failure))
            return;

        // The caller may have stopped waiting; reading the exception keeps it from surfacing as unobserved.
        _ = _completion.Task.Exception;
    }

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
