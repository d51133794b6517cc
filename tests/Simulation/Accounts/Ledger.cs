using System.Text;
using Bridge.Core.DeadLetters;
using Bridge.Core.Publishing;
using Simulation.Broker;
using Simulation.Queues;
using Simulation.World;

namespace Simulation.Accounts;

/// <summary>
/// Who sent what, where it is, and who has been told so. Checks at every step that nothing is let go before it is kept elsewhere,
/// and at the end that everything is where it belongs.
/// </summary>
internal sealed class Ledger(SimulatedWorld world) : IDeletionRules, IBrokerRules
{
    // Replicas disagree by this much about when a chunk was seen.
    private static readonly TimeSpan WallClocks = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Delivery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Copy, TimeSpan> _firstKept = [];
    private readonly Dictionary<string, SentMessage> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SentEvent> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<Copy, List<SentMessage>> _chunks = [];
    private readonly Dictionary<Copy, int> _kept = [];
    private readonly HashSet<Copy> _confirmed = [];
    private readonly HashSet<(string Replica, Copy Copy)> _confirmedTo = [];
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Events that were sent.</summary>
    public int Events => _events.Count;

    /// <summary>Queue messages that were sent.</summary>
    public int Messages => _messages.Count;

    /// <summary>Events that were published more than once, each time counted.</summary>
    public int Duplicates => _events.Values.Sum(sent => Math.Max(0, _kept.GetValueOrDefault(sent.Published) - 1));

    /// <summary>Dead letters, a repeated one counted once.</summary>
    public int DeadLetters => _kept.Keys.Count(copy => copy.Place == BridgeQueues.Dead);

    /// <summary>Chunks of whole batches that were dead-lettered, since others of their batch came too late.</summary>
    public int GivenUp { get; private set; }

    public void Add(SentMessage message)
    {
        _messages.Add(message.Id, message);
        foreach (var sent in message.Events)
            _events[sent.Id] = sent;
        if (message.Chunk is not { } chunk)
            return;
        if (!_chunks.TryGetValue(chunk, out var messages))
            _chunks.Add(chunk, messages = []);
        messages.Add(message);
    }

    public void OnDeleted(string message, string receiver)
    {
        var sent = _messages[message];
        if (Has(receiver, sent.Dead) || (sent.Chunk is { } chunk && Has(receiver, chunk)) || AreHandled(sent.Events, copy => Has(receiver, copy)))
            return;
        world.Break($"{receiver} deletes {message} although the broker has not confirmed to it what became of that message");
    }

    public void OnPublishing(BrokerMessage message, string replica)
    {
        if (message.Place == SimulatedBroker.Exchange
            && Has(replica, Copy.Of(message.Place, message.MessageId, message.Body.Span)))
        {
            world.Break($"{replica} publishes {message.MessageId} again, which the broker has confirmed to it");
        }
    }

    public void OnKept(BrokerMessage message)
    {
        var copy = Copy.Of(message.Place, message.MessageId, message.Body.Span);
        _kept[copy] = _kept.GetValueOrDefault(copy) + 1;
        _firstKept.TryAdd(copy, world.Now);
        world.Note($"{message.Place} keeps {message.MessageId}");
        if (message.Place == SimulatedBroker.Exchange)
            CheckPublished(message, copy);
        else if (message.Place == BridgeQueues.Dead)
            CheckDead(message);
        else if (!_chunks.ContainsKey(copy))
            world.Break($"{message.Place} gets {message.MessageId}, which nobody sent");
    }

    public void OnConfirmed(BrokerMessage message, string replica)
    {
        var copy = Copy.Of(message.Place, message.MessageId, message.Body.Span);
        _confirmed.Add(copy);
        _confirmedTo.Add((replica, copy));
    }

    public void OnRefused(BrokerMessage message, string replica) => _refused.Add(message.MessageId);

    public void OnAcknowledged(BrokerMessage message, string replica)
    {
        var chunk = Copy.Of(message.Place, message.MessageId, message.Body.Span);
        _kept[chunk]--;
        if (_kept[chunk] > 0 || IsChunkHandled(chunk))
            return;
        world.Break($"{replica} acknowledges {message.MessageId} although neither its batch nor the chunk is kept anywhere else");
    }

    /// <summary>The accounting identity, when nothing is left in a queue: sent = published + dead-lettered.</summary>
    /// <param name="timeout">How long a batch may stay incomplete.</param>
    public void CheckEnd(TimeSpan timeout)
    {
        foreach (var message in _messages.Values)
        {
            if (!IsHandled(message))
                world.Break($"{message.Id} is gone, and neither its {message.Events.Count} events nor the message is kept anywhere");
        }

        var givenUp = _messages.Values
            .Where(message => message is { Chunk: not null, IsWhole: true } && !AreHandled(message.Events, _confirmed.Contains))
            .ToList();
        foreach (var batch in givenUp.GroupBy(message => message.Events))
        {
            var times = batch.Select(message => _firstKept[message.Chunk!.Value]).ToList();
            if (times.Max() - times.Min() is var spread && spread + WallClocks + Delivery < timeout)
                world.Break($"the batch of {batch.First().Chunk!.Value.Id} was given up although all of it was in its partition within {spread:c}");
        }

        GivenUp = givenUp.Count;
    }

    private bool Has(string replica, Copy copy) => _confirmedTo.Contains((replica, copy));

    private static bool AreHandled(IReadOnlyList<SentEvent> events, Predicate<Copy> isKept) =>
        events.Count > 0 && events.All(sent => isKept(sent.Published) || isKept(sent.Dead));

    private bool IsHandled(SentMessage message) =>
        _confirmed.Contains(message.Dead)
        || (message.DeadChunk is { } dead && _confirmed.Contains(dead))
        || AreHandled(message.Events, _confirmed.Contains);

    private bool IsChunkHandled(Copy chunk) => _chunks[chunk].Exists(IsHandled);

    private void CheckPublished(BrokerMessage message, Copy copy)
    {
        if (!_events.TryGetValue(message.MessageId, out var sent))
            world.Break($"the exchange gets {message.MessageId}, which nobody sent");
        else if (sent.Published != copy)
            world.Break($"the exchange gets {message.MessageId} with other bytes than were sent");
    }

    private void CheckDead(BrokerMessage message)
    {
        var reason = Encoding.UTF8.GetString((byte[])message.Properties.Headers![DeadLetterHeaders.Reason]!);
        world.Note($"dead: {reason}");
        if (reason is "rejected" or "unroutable" && !_refused.Contains(message.MessageId))
            world.Break($"{message.MessageId} is dead-lettered as {reason}, but the broker never refused it");
    }
}
