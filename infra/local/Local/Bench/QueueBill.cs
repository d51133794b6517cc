using System.Text;
using System.Text.Json;
using Harness.Faults;

namespace Local.Bench;

/// <summary>What a cloud would charge for the calls of one run.</summary>
internal sealed class QueueBill
{
    // SQS bills every 64 KiB of the messages' text in a call as one request.
    private const long SqsUnit = 64 * 1024;

    private long _calls;
    private long _units;
    private long _bytes;

    /// <param name="proxy">Through which all calls go.</param>
    /// <param name="cloud">Whose rules count.</param>
    public QueueBill(QueueProxy proxy, string cloud) => proxy.Carried = (request, answer) =>
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _units, cloud is "sqs" ? SqsUnits(request, answer) : 1);
        Interlocked.Add(ref _bytes, request.Length + answer.Length);
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

    private static long SqsUnits(byte[] request, byte[] answer) =>
        Math.Max(
            1, (TextBytes(request, "Entries", "MessageBody") + TextBytes(answer, "Messages", "Body") + SqsUnit - 1) / SqsUnit);

    // A client may escape characters of the text in JSON; the service bills the text.
    private static long TextBytes(byte[] json, string list, string member)
    {
        using var document = JsonDocument.Parse(json.Length == 0 ? "{}"u8.ToArray() : json);
        return document.RootElement.TryGetProperty(list, out var messages)
            ? messages.EnumerateArray()
                .Sum(message => message.TryGetProperty(member, out var text) ? Encoding.UTF8.GetByteCount(text.GetString()!) : 0)
            : 0;
    }
}
