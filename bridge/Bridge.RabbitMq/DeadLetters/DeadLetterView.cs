using System.Text;
using System.Text.Unicode;
using Bridge.Core.DeadLetters;
using Bridge.RabbitMq.Connections;

namespace Bridge.RabbitMq.DeadLetters;

/// <summary>
/// Reads some dead letters for the status page and leaves them in the queue. The broker can only deliver them and take them back.
/// This counts as a delivery of each, and meanwhile other readers do not see them. So it reads at most 20 letters or 8 MiB, at
/// most every 30 s; in between everybody gets the same answer.
/// </summary>
internal sealed class DeadLetterView(RabbitMqOptions broker, bool showPayloads, TimeProvider clock) : IDisposable
{
    private const int Most = 20;
    private const int MostBytes = 8 * 1024 * 1024;
    private const int PayloadBytes = 2_048;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // After a problem no letter was delivered, so the next attempt may come sooner.
    private static readonly TimeSpan IntervalAfterProblem = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private ShownLetters? _last;
    private long _lastAt;

    /// <summary>
    /// The oldest dead letters. A search in a long queue would hold all letters before a match, and hide them from other readers.
    /// </summary>
    public async Task<ShownLetters> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || clock.GetElapsedTime(_lastAt) >= (_last.Problem is null ? Interval : IntervalAfterProblem))
                (_last, _lastAt) = (await TryReadAsync(cancellationToken), clock.GetTimestamp());
            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<ShownLetters> TryReadAsync(CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(ReadTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await using var queue = await DeadLetterQueue.OpenAsync(new BrokerConnector(broker, clock), clock, both.Token);
            return Answer(await ReadOldestAsync(queue, both.Token), problem: null);
        }
        catch (BrokerFaultException exception)
        {
            return Answer([], exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer([], $"{broker.DisplayUri} did not give them within {ReadTimeout.TotalSeconds:0} s");
        }
    }

    private async Task<List<ShownLetter>> ReadOldestAsync(DeadLetterQueue queue, CancellationToken cancellationToken)
    {
        var shown = new List<ShownLetter>();
        var bytes = 0L;
        await foreach (var letter in queue.ReadAsync(cancellationToken))
        {
            shown.Add(Shown(letter));
            bytes += letter.Body.Length;

            // Reading another letter would deliver it.
            if (shown.Count == Most || bytes >= MostBytes)
                break;
        }

        return shown;
    }

    private ShownLetters Answer(IReadOnlyList<ShownLetter> letters, string? problem) =>
        new(clock.GetUtcNow().ToUnixTimeMilliseconds(), letters, showPayloads, problem);

    private ShownLetter Shown(KeptDeadLetter letter) => new(
        letter.At,
        letter.Reason,
        letter.Detail,
        letter.Source,
        letter.ReceiveCount,
        letter.MessageId,
        letter.RoutingKey,
        letter.Body.Length,
        showPayloads ? Beginning(letter.Body.Span) : null);

    private static string Beginning(ReadOnlySpan<byte> body)
    {
        var text = Utf8.IsValid(body)
            ? Encoding.UTF8.GetString(body[..Math.Min(body.Length, PayloadBytes)])
            : Convert.ToHexString(body[..Math.Min(body.Length, 256)]);
        return body.Length > PayloadBytes ? $"{text}…" : text;
    }
}
