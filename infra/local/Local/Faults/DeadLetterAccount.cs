using RabbitMQ.Client;

namespace Local.Faults;

/// <summary>What must be dead-lettered, and what is: chunks given up as incomplete, as they were sent, and nothing else.</summary>
internal sealed class DeadLetterAccount(Uri virtualHost, BrokerQueues queues)
{
    private const string Queue = "telemetry.dead";

    private readonly HashSet<Sha> _givenUp = [];

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

    /// <summary>Messages in the dead-letter queue now.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken) =>
        (await queues.ListAsync(cancellationToken)).Single(queue => queue.Name == Queue).Ready;

    /// <summary>Empties the queue and compares.</summary>
    /// <exception cref="FaultException">There is more in it, or less.</exception>
    public async Task CloseAsync(Func<string> describe, CancellationToken cancellationToken)
    {
        if (await ReadOthersAsync(cancellationToken) is { Count: > 0 } others)
            throw new FaultException($"{others.Count} dead letters that should not be: {string.Join("; ", others.Take(10))}; {describe()}");
        if (Expected is > 0 and var absent)
            throw new FaultException($"{absent} chunks were given up and are in no dead letter: {describe()}");
    }

    // Takes those off the account that must be there; the others are given back.
    private async Task<List<string>> ReadOthersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var others = new List<string>();
        while (await channel.BasicGetAsync(Queue, autoAck: true, cancellationToken) is { } message)
        {
            var headers = ArrivedEvent.HeadersOf(message.BasicProperties);
            if (headers["x-dead-reason"] is not "incomplete" || !TakeOff(Sha.Of(message.Body.Span)))
                others.Add($"{message.BasicProperties.MessageId} {headers["x-dead-reason"]} ({headers["x-dead-detail"]})");
        }

        return others;
    }

    private bool TakeOff(Sha text)
    {
        lock (_givenUp)
            return _givenUp.Remove(text);
    }
}
