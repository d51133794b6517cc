using Microsoft.Extensions.Logging;

namespace Bridge.Core.DeadLetters;

/// <summary>
/// Tells of dead letters: one line for those of one reason and source. In a flood a few lines a minute are written and the rest
/// is counted: the metrics tell how many, the queue holds each with its reason. Safe for use by several threads at once.
/// </summary>
internal sealed partial class DeadLetterLog(ILogger log, TimeProvider clock)
{
    private const int LinesPerPeriod = 20;
    private const int IdsPerLine = 5;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _periodBegan = clock.GetTimestamp();
    private int _lines;
    private long _untold;

    /// <summary>Writes what became dead letters together; never any of a payload.</summary>
    public void Write(IReadOnlyList<DeadMessage> messages)
    {
        foreach (var group in messages.GroupBy(message => (message.Refusal.Code, message.Source)))
        {
            var same = group.ToList();
            if (!TryTakeLine(same.Count, out var untold))
                continue;
            if (untold > 0)
                Untold(log, untold);
            Dead(log, same.Count, group.Key.Source, group.Key.Code, same[0].Refusal.Detail, Ids(same));
        }
    }

    private static string Ids(List<DeadMessage> messages)
    {
        var ids = string.Join(", ", messages.Take(IdsPerLine).Select(message => message.MessageId));
        return messages.Count > IdsPerLine ? $"{ids} and {messages.Count - IdsPerLine} more" : ids;
    }

    private bool TryTakeLine(int count, out long untold)
    {
        lock (_gate)
        {
            untold = 0;
            if (clock.GetElapsedTime(_periodBegan) >= Period)
            {
                (untold, _untold) = (_untold, 0);
                (_periodBegan, _lines) = (clock.GetTimestamp(), 0);
            }

            if (_lines++ < LinesPerPeriod)
                return true;
            _untold += count;
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Dead-lettered {Count} from {Source} as {Reason}: {Detail}; {Ids}")]
    private static partial void Dead(ILogger logger, int count, string source, string reason, string detail, string ids);

    [LoggerMessage(2, LogLevel.Warning, "Dead-lettered {Count} more before, in a flood that was not told line by line")]
    private static partial void Untold(ILogger logger, long count);
}
