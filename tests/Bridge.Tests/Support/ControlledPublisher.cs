using System.Text;
using Bridge.Core.Publishing;

namespace Bridge.Tests.Support;

/// <summary>A broker that answers when and how the test says.</summary>
internal sealed class ControlledPublisher : IPublisher
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingMessage> _confirmed = [];
    private TaskCompletionSource _ready = Completed();
    private TaskCompletionSource _answers = Completed();

    public bool IsReady => _ready.Task.IsCompleted;

    public bool IsRejected => false;

    /// <summary>Bytes of a body that the broker takes.</summary>
    public long MessageBytes { get; set; } = long.MaxValue;

    /// <summary>Publications that were begun.</summary>
    public int Begun { get; private set; }

    /// <summary>Decides what becomes of a message; null confirms it.</summary>
    public Func<OutgoingMessage, PublishRefusalReason?> Refuse { get; set; } = _ => null;

    /// <summary>Decides which publications wait while answers are held; null is all.</summary>
    public Func<IPublication, bool>? Holds { get; set; }

    /// <summary>Told of every message that is confirmed.</summary>
    public Action<OutgoingMessage> OnConfirmed { get; set; } = _ => { };

    /// <summary>Fails this many publications from now on.</summary>
    public int Failures { get; set; }

    /// <summary>Of a publication that fails: how many messages are confirmed before.</summary>
    public int ConfirmedBeforeFailure { get; set; }

    /// <summary>Messages that were confirmed, with copies of their bodies.</summary>
    public IReadOnlyList<OutgoingMessage> Confirmed
    {
        get
        {
            lock (_gate)
                return [.. _confirmed];
        }
    }

    /// <summary>Bodies of the events that were confirmed.</summary>
    public IReadOnlyList<string> Events =>
        [.. Confirmed.Where(message => message.Exchange.Length > 0).Select(message => Encoding.UTF8.GetString(message.Body.Span))];

    /// <summary>Messages confirmed into a queue of the bridge's own.</summary>
    public IReadOnlyList<OutgoingMessage> InQueue(string queue) =>
        [.. Confirmed.Where(message => message.Exchange.Length == 0 && message.RoutingKey == queue)];

    public void Block() => _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Unblock() => _ready.TrySetResult();

    public void HoldAnswers() => _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Answer() => _answers.TrySetResult();

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        lock (_gate)
            Begun++;
        if (Holds?.Invoke(publication) ?? true)
            await _answers.Task.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (Failures > 0)
            {
                Failures--;
                for (var index = 0; index < Math.Min(ConfirmedBeforeFailure, publication.Count); index++)
                    Settle(index, publication);
                throw new PublishException("the connection was lost");
            }

            return
            [
                .. Enumerable.Range(0, publication.Count)
                    .Select(index => Settle(index, publication))
                    .OfType<PublishRefusal>(),
            ];
        }
    }

    private PublishRefusal? Settle(int index, IPublication publication)
    {
        if (publication.IsConfirmed(index))
            return null;
        var message = publication[index];
        if ((message.Body.Length > MessageBytes ? PublishRefusalReason.Rejected : Refuse(message)) is { } reason)
            return new PublishRefusal(index, reason, "as the test says");
        var copy = message with { Body = message.Body.ToArray() };
        _confirmed.Add(copy);
        OnConfirmed(copy);
        publication.OnConfirmed(index);
        return null;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }
}
