using System.Text;
using System.Text.Unicode;
using Bridge.DeadLetter;
using Bridge.Publish;

namespace Bridge.Status;

/// <summary>A dead letter as it is shown.</summary>
internal sealed record ShownLetter(
    string At, string Reason, string Detail, string? Source, long Deliveries, string MessageId, string? RoutingKey, int Bytes, string? Payload);

/// <summary>Some dead letters, or why they cannot be read.</summary>
internal sealed record ShownLetters(IReadOnlyList<ShownLetter> Letters, bool ShowsPayloads, string? Problem);

/// <summary>
/// Reads some dead letters for the status page and lets them lie. One look at a time, and for five seconds the same answer, since readers
/// keep the letters from each other while they look.
/// </summary>
internal sealed class DeadLetterView(RabbitMqOptions broker, bool showPayloads, TimeProvider clock) : IDisposable
{
    private const int Most = 20;
    private const int PayloadBytes = 2_048;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private ShownLetters? _last;
    private long _lastAt;

    /// <summary>The oldest dead letters: looking for some of them in a long queue would keep all before them from other readers.</summary>
    public async Task<ShownLetters> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || clock.GetElapsedTime(_lastAt) >= Fresh)
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
        using var time = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await using var queue = await DeadLetterQueue.OpenAsync(new BrokerConnector(broker, clock), clock, both.Token);
            return new ShownLetters(
                await queue.ReadAsync(both.Token).Take(Most).Select(Shown).ToListAsync(both.Token), showPayloads, Problem: null);
        }
        catch (BrokerFaultException exception)
        {
            return new ShownLetters([], showPayloads, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ShownLetters([], showPayloads, $"{broker.DisplayUri} did not give them within {Patience.TotalSeconds:0} s");
        }
    }

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
        var text = Utf8.IsValid(body) ? Encoding.UTF8.GetString(body[..Math.Min(body.Length, PayloadBytes)]) : Convert.ToHexString(body[..Math.Min(body.Length, 256)]);
        return body.Length > PayloadBytes ? $"{text}…" : text;
    }
}
