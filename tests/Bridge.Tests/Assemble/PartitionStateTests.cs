using Bridge.Core.Reassembly;
using Telemetry.Wire;

namespace Bridge.Tests.Assemble;

/// <summary>The state machine of a partition alone: chunks and ticks go in, actions come out.</summary>
public sealed class PartitionStateTests
{
    private static readonly AssembleOptions Options = new() { Partitions = 1, MaxBytes = 8 * 1024 * 1024 };
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PartitionState _state = new(Options, CodecLimits.Default, firstDeferral: 1);

    [Fact]
    public void A_batch_is_published_with_its_last_chunk()
    {
        Assert.IsType<ReassemblyAction.Hold>(Take(Chunk(batch: 1, index: 1, count: 3)));
        Assert.IsType<ReassemblyAction.Hold>(Take(Chunk(batch: 1, index: 0, count: 3)));

        var action = Assert.IsType<ReassemblyAction.Publish>(Take(Chunk(batch: 1, index: 2, count: 3)));

        Assert.Equal(3, action.Batch.Tokens.Count);
        Assert.Equal((0, 0L), (_state.Incomplete.Batches, _state.Memory));
    }

    [Fact]
    public void A_chunk_that_is_known_is_dropped_and_one_that_contradicts_refuses_its_batch()
    {
        Take(Chunk(batch: 1, index: 0, count: 2));
        Assert.Single(Assert.IsType<ReassemblyAction.Drop>(Take(Chunk(batch: 1, index: 0, count: 2))).Chunks);

        var refuse = Assert.IsType<ReassemblyAction.Refuse>(Take(Chunk(batch: 1, index: 0, count: 2, fill: 9)));

        Assert.Equal((2, RefusalReason.Conflict), (refuse.Chunks.Count, refuse.Refusal.Reason));
    }

    [Fact]
    public void A_chunk_of_a_published_batch_is_dropped() => Assert.IsType<ReassemblyAction.Drop>(
        _state.Take(Chunk(batch: 1, index: 0, count: 2), _ => true, Start));

    [Fact]
    public void What_is_no_chunk_is_refused_alone()
    {
        var origin = new ChunkOrigin("queue", "replica", 1, Start);

        var refuse = Assert.IsType<ReassemblyAction.Refuse>(Take(new ChunkDelivery(1, "id", origin, "no chunk"u8.ToArray())));

        Assert.Equal(RefusalReason.Malformed, refuse.Refusal.Reason);
    }

    [Fact]
    public void A_batch_is_given_up_with_the_tick_after_its_time_and_not_while_chunks_may_be_delayed()
    {
        Take(Chunk(batch: 1, index: 0, count: 2));
        Assert.IsType<ReassemblyAction.Hold>(_state.Tick(Start + Options.Timeout - TimeSpan.FromTicks(1)));

        var late = Start + Options.Timeout;
        _state.NoteAnswer(late - TimeSpan.FromSeconds(3), late);
        Assert.IsType<ReassemblyAction.Hold>(_state.Tick(late));

        Assert.IsType<ReassemblyAction.Refuse>(_state.Tick(late + Options.Grace));
        Assert.IsType<ReassemblyAction.Hold>(_state.Tick(late + Options.Grace));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_chunk_comes_out_once_and_the_memory_is_that_of_the_chunks_held(int seed)
    {
        var random = new Random(seed);
        var held = new Dictionary<ulong, ChunkDelivery>();
        var waiting = new Queue<ChunkDelivery>();
        ulong tag = 0;
        var now = Start;
        for (var step = 0; step < 4_000; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(200));
            var chunk = waiting.Count > 0 && random.Next(3) > 0
                ? waiting.Dequeue()
                : Chunk(batch: random.Next(60), index: random.Next(4), count: 4, fill: (byte)(random.Next(40) == 0 ? 9 : 1), tag: ++tag, seen: now);
            held.Add(chunk.DeliveryTag, chunk);
            Settle(_state.Take(chunk, _ => false, now), held, waiting);
            while (_state.MakeRoom(now) is ReassemblyAction.Defer deferral)
                Settle(deferral, held, waiting);
            _state.EndTake(now);
            if (random.Next(10) == 0)
                Settle(_state.Tick(now), held, waiting);
            Assert.Equal(held.Values.Sum(one => (long)one.Memory), _state.Memory);
            Assert.InRange(_state.Memory, 0, Options.MaxBytes);
        }

        Assert.Equal(held.Values.ToHashSet(), _state.Clear(nextDeferral: 1 << 20).ToHashSet());
        Assert.Equal(0, _state.Memory);
    }

    private void Settle(ReassemblyAction action, Dictionary<ulong, ChunkDelivery> held, Queue<ChunkDelivery> waiting)
    {
        IReadOnlyList<ChunkDelivery> chunks = action switch
        {
            ReassemblyAction.Publish publish => publish.Batch.Tokens,
            ReassemblyAction.Refuse refuse => refuse.Chunks,
            ReassemblyAction.Drop drop => drop.Chunks,
            ReassemblyAction.Defer defer => defer.Chunks,
            _ => [],
        };
        foreach (var chunk in chunks)
            Assert.True(held.Remove(chunk.DeliveryTag), "a chunk came out twice");
        _state.CountUnsettled(-chunks.Count, Start);
        if (action is not ReassemblyAction.Defer deferral)
            return;
        foreach (var chunk in chunks)
        {
            var origin = chunk.Origin with { Deferral = deferral.Number };
            waiting.Enqueue(new ChunkDelivery(chunk.DeliveryTag, chunk.MessageId, origin, chunk.Bytes));
        }
    }

    private ReassemblyAction Take(ChunkDelivery chunk)
    {
        var action = _state.Take(chunk, _ => false, Start);
        _state.EndTake(Start);
        return action;
    }

    private static ChunkDelivery Chunk(int batch, int index, int count, byte fill = 1, ulong tag = 1, DateTimeOffset? seen = null)
    {
        const int Slice = 60_000;
        var id = new BatchId(new SenderId(1, 2), (uint)batch, unchecked((ulong)batch * 0x9e3779b97f4a7c15));
        var header = new ChunkHeader(BatchFlags.None, id, (ushort)index, (ushort)count, (uint)(Slice * count));
        var bytes = new byte[ChunkHeader.Size + Slice];
        header.WriteTo(bytes);
        bytes.AsSpan(ChunkHeader.Size).Fill(fill);
        return new ChunkDelivery(tag, $"{batch}-{index}", new ChunkOrigin("queue", "replica", 1, seen ?? Start), bytes);
    }
}
