using Microsoft.Extensions.Logging;

namespace Bridge.Core.DeadLetters;

/// <summary>
/// Logs dead letters, one line for those with the same reason and source. At most 20 lines a minute are written and the rest is
/// only counted, since the metrics have the number and the queue has each letter with its reason. Safe for several threads.
/// </summary>
internal sealed partial class DeadLetterLog(ILogger log, TimeProvider clock)
{
    private const int LinesPerPeriod = 20;
    private const int IdsPerLine = 5;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _periodBegan = clock.GetTimestamp();
    private int _lines;
    private long _suppressed;

    /// <summary>Logs dead letters that were accepted together. Never logs a payload.</summary>
    public void Write(IReadOnlyList<DeadMessage> messages)
    {
        foreach (var group in messages.GroupBy(message => (message.Refusal.Code, message.Source)))
        {
            var same = group.ToList();
            if (!TryTakeLine(same.Count, out var suppressed))
                continue;
            if (suppressed > 0)
                Suppressed(log, suppressed);
            Dead(log, same.Count, group.Key.Source, group.Key.Code, same[0].Refusal.Detail, Ids(same));
        }
    }

    private static string Ids(List<DeadMessage> messages)
    {
        var ids = string.Join(", ", messages.Take(IdsPerLine).Select(message => message.MessageId));
        return messages.Count > IdsPerLine ? $"{ids} and {messages.Count - IdsPerLine} more" : ids;
    }

    private bool TryTakeLine(int count, out long suppressed)
    {
        lock (_gate)
        {
            suppressed = 0;
            if (clock.GetElapsedTime(_periodBegan) >= Period)
            {
                (suppressed, _suppressed) = (_suppressed, 0);
                (_periodBegan, _lines) = (clock.GetTimestamp(), 0);
            }

            if (_lines++ < LinesPerPeriod)
                return true;
            _suppressed += count;
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Dead-lettered {Count} from {Source} as {Reason}: {Detail}; {Ids}")]
    private static partial void Dead(ILogger logger, int count, string source, string reason, string detail, string ids);

    [LoggerMessage(2, LogLevel.Warning, "Dead-lettered {Count} more before; there were too many for a line each")]
    private static partial void Suppressed(ILogger logger, long count);
}
