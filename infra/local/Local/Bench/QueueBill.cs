using Local.Faults;

namespace Local.Bench;

/// <summary>What a cloud would charge for the calls of one run.</summary>
internal sealed class QueueBill
{
    // SQS counts every 64 KiB of a call as one.
    private const long SqsUnit = 64 * 1024;

    private long _calls;
    private long _units;
    private long _bytes;

    /// <param name="proxy">Through which all calls go.</param>
    /// <param name="cloud">Whose rules count.</param>
    public QueueBill(QueueProxy proxy, string cloud) => proxy.Carried = (request, answer) =>
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _units, cloud is "sqs" ? Math.Max(1, (Math.Max(request, answer) + SqsUnit - 1) / SqsUnit) : 1);
        Interlocked.Add(ref _bytes, request + answer);
    };

    /// <summary>Forgets what has been called so far.</summary>
    public void Reset() => (_calls, _units, _bytes) = (0, 0, 0);

    /// <summary>Enters the figures for a million events.</summary>
    public void Enter(Measurement measurement, int events)
    {
        var million = 1_000_000.0 / events;
        measurement[Metric.Calls] = _calls * million;
        measurement[Metric.Billed] = _units * million;
        measurement[Metric.Wire] = _bytes * million / 1_000_000;
    }
}
