using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.DeadLetters;
using Telemetry.Queues;

namespace Bridge.Tools.DeadLetters;

/// <summary>
/// Tries dead letters again: a queue message goes back to its queue as the text that it was, an event to the exchange as it was
/// published first. Says of each what became of it; removing what was accepted is the caller's.
/// </summary>
/// <param name="destinations">Finds and opens the queues.</param>
/// <param name="publisher">Publishes events with confirms.</param>
/// <param name="exchange">Where events go.</param>
internal sealed class DeadLetterReplay(ReplayDestinations destinations, IPublisher publisher, string exchange)
{
    private const string TraceParent = "traceparent";
    private const string DeadPrefix = "x-dead-";

    // The broker's own: it counts how often the dead-letter queue has handed the letter out.
    private const string DeliveryCount = "x-delivery-count";
    private const int SendsAtOnce = 16;

    /// <summary>Tries them.</summary>
    /// <returns>Why each of those that were not accepted must stay.</returns>
    public async Task<IReadOnlyDictionary<KeptDeadLetter, string>> TryAsync(
        IReadOnlyList<KeptDeadLetter> letters, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentDictionary<KeptDeadLetter, string>(
            letters.Where(letter => letter.Problem is not null).Select(letter => KeyValuePair.Create(letter, letter.Problem!)));
        letters = [.. letters.Where(letter => letter.Problem is null)];
        await PublishAsync([.. letters.Where(letter => letter.RoutingKey is not null)], failures, cancellationToken);

        // Each on its own: a text that the queue refuses must not keep others, and what was accepted is known exactly.
        await Parallel.ForEachAsync(
            letters.Where(letter => letter.RoutingKey is null),
            new ParallelOptions { MaxDegreeOfParallelism = SendsAtOnce, CancellationToken = cancellationToken },
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
        ImmutableArray<KeptDeadLetter> letters, ConcurrentDictionary<KeptDeadLetter, string> failures, CancellationToken cancellationToken)
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
            .Where(header => !header.Key.StartsWith(DeadPrefix, StringComparison.Ordinal) && header.Key is not (TraceParent or DeliveryCount))
            .Select(header => header.Value is long number ? new MessageHeader(header.Key, number) : new MessageHeader(header.Key, (string)header.Value));
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
