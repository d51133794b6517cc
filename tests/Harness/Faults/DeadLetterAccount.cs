using System.Globalization;
using RabbitMQ.Client;

namespace Harness.Faults;

/// <summary>
/// What must be dead-lettered, and what is: chunks given up as incomplete, as they were sent, events that the broker rejects, put
/// together from their parts, and nothing else.
/// </summary>
internal sealed class DeadLetterAccount(Uri virtualHost, BrokerQueues queues)
{
    private const string Queue = "telemetry.dead";

    private readonly HashSet<Sha> _givenUp = [];
    private readonly HashSet<Sha> _rejected = [];

    /// <summary>Chunks that must be dead-lettered and have not been found yet.</summary>
    public int Expected
    {
        get
        {
            lock (_givenUp)
                return _givenUp.Count;
        }
    }

    /// <summary>Enters texts of chunks that must be given up. Safe for use by several threads.</summary>
    public void ExpectGivenUp(IEnumerable<byte[]> texts)
    {
        lock (_givenUp)
            _givenUp.UnionWith(texts.Select(text => Sha.Of(text)));
    }

    /// <summary>Enters an event that the broker does not take. Safe for use by several threads.</summary>
    public void ExpectRejected(byte[] json)
    {
        lock (_givenUp)
            _rejected.Add(Sha.Of(json));
    }

    /// <summary>Messages in the dead-letter queue now.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken) =>
        (await queues.ListAsync(cancellationToken)).Single(queue => queue.Name == Queue).Ready;

    /// <summary>Empties the queue and compares.</summary>
    /// <exception cref="FaultException">There is more in it, or less.</exception>
    public async Task CloseAsync(Func<string> describe, CancellationToken cancellationToken)
    {
        if (await ReadOthersAsync(cancellationToken) is { Count: > 0 } others)
        {
            throw new FaultException(
                $"{others.Count} dead letters that should not be: {string.Join("; ", others.Take(10))}; {describe()}");
        }

        if (Expected is > 0 and var absent)
            throw new FaultException($"{absent} chunks were given up and are in no dead letter: {describe()}");
        if (_rejected.Count > 0)
            throw new FaultException($"{_rejected.Count} events over the broker's limit are in no dead letter: {describe()}");
    }

    // Takes those off the account that must be there; the others are given back.
    private async Task<List<string>> ReadOthersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var others = new List<string>();
        var parts = new Dictionary<string, SortedDictionary<int, byte[]>>(StringComparer.Ordinal);
        while (await channel.BasicGetAsync(Queue, autoAck: true, cancellationToken) is { } message)
        {
            var headers = ArrivedEvent.HeadersOf(message.BasicProperties);
            var isExpected = headers["x-dead-reason"] switch
            {
                "incomplete" => TakeOff(Sha.Of(message.Body.Span)),
                "rejected" => TakeOffPart(headers, message.Body, parts),
                _ => false,
            };
            if (!isExpected)
                others.Add($"{message.BasicProperties.MessageId} {headers["x-dead-reason"]} ({headers["x-dead-detail"]})");
        }

        return others;
    }

    // A letter may be there twice, where a channel was closed before its message was deleted: the same parts count once.
    private bool TakeOffPart(
        Dictionary<string, string> headers, ReadOnlyMemory<byte> part, Dictionary<string, SortedDictionary<int, byte[]>> parts)
    {
        if (!headers.TryGetValue("x-dead-part", out var place))
            return false;
        var numbers = place.Split('/').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
        if (!parts.TryGetValue(headers["x-dead-digest"], out var found))
            parts.Add(headers["x-dead-digest"], found = []);
        if (!found.TryAdd(numbers[0], part.ToArray()) || found.Count < numbers[1])
            return true;
        lock (_givenUp)
            return _rejected.Remove(Sha.Of(found.Values.SelectMany(bytes => bytes).ToArray()));
    }

    private bool TakeOff(Sha text)
    {
        lock (_givenUp)
            return _givenUp.Remove(text);
    }
}
