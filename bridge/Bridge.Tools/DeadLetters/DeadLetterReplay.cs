using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.DeadLetters;
using Telemetry.Queues;

namespace Bridge.Tools.DeadLetters;

/// <summary>
/// Replays dead letters: a queue message returns to its queue with its original text, and an event is published to the exchange
/// with its original properties. The caller removes the letters that were accepted.
/// </summary>
/// <param name="destinations">Finds and opens the queues.</param>
/// <param name="publisher">Publishes events with confirms.</param>
/// <param name="exchange">The exchange for events.</param>
internal sealed class DeadLetterReplay(ReplayDestinations destinations, IPublisher publisher, string exchange)
{
    private const string TraceParent = "traceparent";
    private const string DeadPrefix = "x-dead-";

    // The broker adds it: the number of times that the dead-letter queue has delivered the letter.
    private const string DeliveryCount = "x-delivery-count";
    private const int MaxConcurrentSends = 16;

    /// <summary>Replays dead letters once.</summary>
    /// <returns>The letters that were not accepted, each with the reason. They must stay in the queue.</returns>
    public async Task<IReadOnlyDictionary<KeptDeadLetter, string>> TryAsync(
        IReadOnlyList<KeptDeadLetter> letters, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentDictionary<KeptDeadLetter, string>(
            letters.Where(letter => letter.Problem is not null).Select(letter => KeyValuePair.Create(letter, letter.Problem!)));
        letters = [.. letters.Where(letter => letter.Problem is null)];
        await PublishAsync([.. letters.Where(letter => letter.RoutingKey is not null)], failures, cancellationToken);

        // One request for each message: a refused text does not affect others, and it is certain which ones were accepted.
        await Parallel.ForEachAsync(
            letters.Where(letter => letter.RoutingKey is null),
            new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentSends, CancellationToken = cancellationToken },
            async (letter, token) =>
            {
                if (await SendAsync(letter, token) is { } failure)
                    failures[letter] = failure;
            });
        return failures;
    }

    private async Task<string?> SendAsync(KeptDeadLetter letter, CancellationToken cancellationToken)
    {
        if (destinations.Find(letter.Source, out var problem) is not { } queue)
            return problem;
        try
        {
            await destinations.Open(queue).SendAsync([letter.Body], cancellationToken);
            return null;
        }
        catch (QueueException exception)
        {
            return exception.Message;
        }
    }

    private async Task PublishAsync(
        ImmutableArray<KeptDeadLetter> letters,
        ConcurrentDictionary<KeptDeadLetter, string> failures,
        CancellationToken cancellationToken)
    {
        if (letters.IsEmpty)
            return;
        try
        {
            var refusals = await publisher.PublishAsync(new Events(letters, exchange), cancellationToken);
            foreach (var refusal in refusals)
                failures[letters[refusal.Index]] = $"routing key '{letters[refusal.Index].RoutingKey}': {refusal.Detail}";
        }
        catch (PublishException exception)
        {
            foreach (var letter in letters)
                failures[letter] = exception.Message;
        }
    }

    private static OutgoingMessage Event(KeptDeadLetter letter, string exchange)
    {
        var headers = letter.Headers
            .Where(header => !header.Key.StartsWith(DeadPrefix, StringComparison.Ordinal)
                && header.Key is not (TraceParent or DeliveryCount))
            .Select(header => header.Value is long number
                ? new MessageHeader(header.Key, number)
                : new MessageHeader(header.Key, (string)header.Value));
        var properties = new OutgoingProperties(letter.MessageId)
        {
            ContentType = letter.ContentType,
            Headers = [.. headers],
            TraceParent = letter.Headers.GetValueOrDefault(TraceParent) as string,
        };
        return new OutgoingMessage(letter.Exchange ?? exchange, letter.RoutingKey!, properties, letter.Body);
    }

    private sealed class Events(ImmutableArray<KeptDeadLetter> letters, string exchange) : IPublication
    {
        public int Count => letters.Length;

        public OutgoingMessage this[int index] => Event(letters[index], exchange);
    }
}
