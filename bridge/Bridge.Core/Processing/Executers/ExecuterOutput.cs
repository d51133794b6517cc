using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>Takes what one executer makes, within the limits. After a refusal it takes nothing more.</summary>
internal sealed class ExecuterOutput(ExecuterLimits limits)
{
    private readonly List<byte[]> _events = [];
    private long _bytes;

    /// <summary>The limits.</summary>
    public ExecuterLimits Limits => limits;

    /// <summary>What was made.</summary>
    public IReadOnlyList<byte[]> Events => _events;

    /// <summary>Why the event that went in is refused; null while it is not.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Takes a copy of an event.</summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        if (Refusal is not null)
            return;
        if (_events.Count == limits.Events)
            Refuse(RefusalReason.TooLarge, $"more than {limits.Events} events were made of one");
        else if (json.Length > limits.EventBytes)
            Refuse(RefusalReason.TooLarge, $"an event of {json.Length} bytes was made: the limit is {limits.EventBytes}");
        else if (_bytes + json.Length > limits.TotalBytes)
            Refuse(RefusalReason.TooLarge, $"more than {limits.TotalBytes} bytes were made of one event");
        else
            _events.Add(json.ToArray());
        _bytes += json.Length;
    }

    /// <summary>Refuses the event that went in.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="detail">One line, without any of its content.</param>
    public void Refuse(RefusalReason reason, string detail) => Refusal ??= new Refusal(reason, detail);
}
