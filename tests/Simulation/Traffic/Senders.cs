using System.Text;
using Bridge.Core.Pipeline;
using Bridge.Core.Publishing;
using Simulation.Accounts;
using Simulation.Broker;
using Simulation.Queues;
using Simulation.World;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Simulation.Traffic;

/// <summary>What functions send: batches in one message or in many, plain events, and what should never have been sent.</summary>
internal sealed class Senders(SimulatedWorld world, IReadOnlyList<SimulatedQueue> queues, Ledger ledger, int partitions)
{
    private static readonly QueueLimits Limits = new(MessageBytes: 1_200, CallMessages: 10, CallBytes: 12_000);

    private readonly List<SenderId> _senders =
        [.. Enumerable.Range(0, 3).Select(number => new SenderId(1_770_000_000_000 + (ulong)number, (ulong)world.Random.Next()))];
    private readonly Dictionary<SenderId, uint> _sequences = [];
    private int _underWay;
    private int _events;

    /// <summary>True when everything that is planned has been sent.</summary>
    public bool AreDone => _underWay == 0;

    /// <summary>Plans a number of sendings, spread over a time.</summary>
    public void Plan(int sendings, TimeSpan during)
    {
        for (var i = 0; i < sendings; i++)
            After(during * world.Random.NextDouble(), Send);
    }

    private void After(TimeSpan delay, Action send)
    {
        _underWay++;
        world.After(delay, () =>
        {
            send();
            _underWay--;
        });
    }

    private void Send()
    {
        switch (world.Random.Next(20))
        {
            case 0:
                Put(AnyQueue(), Encoding.UTF8.GetBytes(Convert.ToBase64String(Noise(40))), _ => []);
                break;
            case < 4:
                var json = Event();
                Put(AnyQueue(), json, id => [new SentEvent($"{PlainIdentity.From(id, json)}-0", json)]);
                break;
            default:
                SendBatch();
                break;
        }
    }

    private void SendBatch()
    {
        var sender = _senders[world.Random.Next(_senders.Count)];
        var sequence = _sequences.GetValueOrDefault(sender);
        _sequences[sender] = sequence + 1;
        var events = Events();
        var lines = events.SelectMany(json => json.Append((byte)'\n')).ToArray();
        using var batch = new BatchPacker(Limits.MessageBytes, sender).Pack(lines, sequence, out var consumed, out _)
            ?? throw new InvalidOperationException("an event is too large for the format");
        var sent = events.Take(batch.Events).Select((json, ordinal) => new SentEvent($"{batch.Id}-{ordinal}", json)).ToList();
        SendMessages(batch, sent);
    }

    private void SendMessages(SealedBatch batch, List<SentEvent> sent)
    {
        var queue = AnyQueue();
        var texts = Enumerable.Range(0, batch.MessageCount).Select(index => TextOf(batch, index)).ToList();

        // The sender died before it could send the rest, or somebody else sends in its name.
        var withheld = texts.Count > 1 && world.Chance(0.05) ? world.Random.Next(texts.Count) : -1;
        var forged = texts.Count > 1 && withheld < 0 && world.Chance(0.03) ? world.Random.Next(texts.Count) : -1;
        var isWhole = withheld < 0 && forged < 0;
        for (var index = 0; index < texts.Count; index++)
        {
            if (index != withheld)
                PutSoon(queue, batch.Id, index, texts, sent, isWhole);
        }

        if (forged >= 0)
        {
            texts[forged] = Forge(texts[forged]);
            PutSoon(queue, batch.Id, forged, texts, sent, isWhole);
        }
    }

    // A sender that hears no answer sends again.
    private void PutSoon(SimulatedQueue queue, BatchId batch, int index, List<byte[]> texts, List<SentEvent> sent, bool isWhole)
    {
        var text = texts[index];
        var chunk = texts.Count > 1 ? ChunkOf(batch, index, text) : (Copy?)null;
        for (var times = world.Chance(0.03) ? 2 : 1; times > 0; times--)
            After(world.Milliseconds(0, 3_000), () => Put(queue, text, _ => sent, chunk, isWhole));
    }

    private void Put(SimulatedQueue queue, byte[] text, Func<string, IReadOnlyList<SentEvent>> events, Copy? chunk = null, bool isWhole = true)
    {
        ledger.Add(new SentMessage(queue.NextId, text, events(queue.NextId), chunk) { IsWhole = isWhole });
        queue.Put(text);
    }

    private Copy ChunkOf(BatchId batch, int index, byte[] text) => Copy.Of(
        BridgeQueues.Chunks((int)(batch.Digest % (ulong)partitions)), $"{batch}-chunk-{index}", Convert.FromBase64String(Encoding.UTF8.GetString(text)));

    // The last byte of the slice is another.
    private static byte[] Forge(byte[] text)
    {
        var chunk = Convert.FromBase64String(Encoding.UTF8.GetString(text));
        chunk[^1] ^= 1;
        return Encoding.UTF8.GetBytes(Convert.ToBase64String(chunk));
    }

    private static byte[] TextOf(SealedBatch batch, int index)
    {
        var text = new byte[batch.MessageLength(index)];
        batch.WriteMessage(index, text);
        return text;
    }

    private List<byte[]> Events()
    {
        if (world.Chance(0.4))
            return [Event(world.Random.Next(800, world.Chance(0.1) ? 60_000 : 12_000))];
        return [.. Enumerable.Range(0, world.Random.Next(1, 12)).Select(_ => Event())];
    }

    private byte[] Event(int noise = 24)
    {
        var style = world.Chance(0.03) ? SimulatedBroker.Unbound : "log";
        var text = $$"""{"style":"{{style}}","service":"orders","level":"info","number":{{_events++}},"noise":"{{Convert.ToBase64String(Noise(noise))}}"}""";

        // Now and then something that is no JSON object.
        return Encoding.UTF8.GetBytes(world.Chance(0.01) ? text[..^1] : text);
    }

    private byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        world.Random.NextBytes(noise);
        return noise;
    }

    private SimulatedQueue AnyQueue() => queues[world.Random.Next(queues.Count)];
}
