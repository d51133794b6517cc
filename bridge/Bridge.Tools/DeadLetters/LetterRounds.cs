using System.Runtime.CompilerServices;
using Bridge.RabbitMq.DeadLetters;

namespace Bridge.Tools.DeadLetters;

/// <summary>Splits a stream of dead letters into rounds, so that memory holds one round at a time.</summary>
internal static class LetterRounds
{
    // Both are limited, since 100 letters of 16 MiB would take more than a gigabyte.
    private const int MaxLetters = 100;
    private const long MaxBytes = 16L * 1024 * 1024;

    /// <summary>
    /// Returns rounds of at most 100 letters and 16 MiB of bodies. A larger letter is a round of its own.
    /// </summary>
    public static async IAsyncEnumerable<IReadOnlyList<KeptDeadLetter>> InRoundsAsync(
        this IAsyncEnumerable<KeptDeadLetter> letters, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (round, bytes) = (new List<KeptDeadLetter>(), 0L);
        await foreach (var letter in letters.WithCancellation(cancellationToken))
        {
            if (round.Count == MaxLetters || (round.Count > 0 && bytes + letter.Body.Length > MaxBytes))
            {
                yield return round;
                (round, bytes) = ([], 0L);
            }

            round.Add(letter);
            bytes += letter.Body.Length;
        }

        if (round.Count > 0)
            yield return round;
    }
}
