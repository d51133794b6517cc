using System.Runtime.CompilerServices;
using Bridge.RabbitMq.DeadLetters;

namespace Bridge.Tools.DeadLetters;

/// <summary>Cuts a stream of dead letters into rounds, so that memory holds one round at a time.</summary>
internal static class LetterRounds
{
    // A letter may have 16 MiB: with a limit on the number only, a round could hold gigabytes.
    private const int MostLetters = 100;
    private const long MostBytes = 16L * 1024 * 1024;

    /// <summary>
    /// Rounds of at most 100 letters and 16 MiB of bodies; a letter that is larger by itself is a round of its own.
    /// </summary>
    public static async IAsyncEnumerable<IReadOnlyList<KeptDeadLetter>> InRoundsAsync(
        this IAsyncEnumerable<KeptDeadLetter> letters, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (round, bytes) = (new List<KeptDeadLetter>(), 0L);
        await foreach (var letter in letters.WithCancellation(cancellationToken))
        {
            if (round.Count == MostLetters || (round.Count > 0 && bytes + letter.Body.Length > MostBytes))
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
