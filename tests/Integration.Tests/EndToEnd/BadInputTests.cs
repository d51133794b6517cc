using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Faults;
using Telemetry.Wire;

namespace Integration.Tests.EndToEnd;

[Collection(RoadCollection.Name)]
public sealed class BadInputTests(RoadComponents components, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // 300 MiB in some hundred bytes: more than the 256 MiB that a bridge opens.
    private static readonly Lazy<byte[]> Bomb = new(() => Compressed(" "u8, 300L * 1024 * 1024));

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Each_bad_message_is_kept_raw_with_its_reason_and_can_be_replayed_and_the_next_good_one_is_published(
        string kind)
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        await road.StartBridgeAsync();

        var bad = BadMessages(queue);
        foreach (var (_, text, _) in bad)
            await queue.PutAsync(text);
        await PutGoodAsync(road, queue);
        await road.UntilAllArrivedAsync();

        var dead = await road.DeadLetters.UntilAsync(bad.Count, Patience, road.Describe);
        AssertKept(bad, dead, queue);
        await AssertListedAsync(road, bad.Count);

        // Sent back, they are received and refused anew: nothing drops them on the way.
        var replay = await road.RunAsync("dead", "replay");
        Assert.Equal((0, $"replayed {bad.Count} dead letters; 0 stay"), (replay.ExitCode, replay.Output.Trim()));
        await queue.UntilEmptyAsync(Patience, road.Describe);
        AssertKept(bad, await road.DeadLetters.UntilAsync(bad.Count, Patience, road.Describe), queue);
        await PutGoodAsync(road, queue);
        await road.UntilAllArrivedAsync();
        await road.UntilSettledAsync();
        Assert.Empty(road.Ledger.Foreign);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task A_line_that_is_no_JSON_is_kept_alone_and_the_rest_of_its_batch_is_published(string kind)
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        await road.StartBridgeAsync();
        road.Ledger.Expect("""{"style":"logs","number":1}""");
        road.Ledger.Expect("""{"style":"logs","number":3}""");

        await queue.PutAsync(new BatchWriter(queue.Limits).Write(
            """{"style":"logs","number":1}"""u8.ToArray(), """{"number":2,"""u8.ToArray(),
            """{"style":"logs","number":3}"""u8.ToArray()));
        await road.UntilAllArrivedAsync();

        var dead = Assert.Single(await road.DeadLetters.UntilAsync(1, Patience, road.Describe));
        Assert.Equal(("malformed", """{"number":2,"""), (dead.Reason, Encoding.UTF8.GetString(dead.Body)));
        Assert.EndsWith("-1", dead.MessageId, StringComparison.Ordinal);
        Assert.Contains("event 1", dead.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_bombs_at_once_do_not_exhaust_the_bridges_memory()
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        // Either more bytes than a bridge opens, or fewer, but of events beyond number.
        var tiny = Chunk.OfBrotli(Compressed("{}\n"u8, 200 * 1024 * 1024));
        foreach (var _ in Enumerable.Range(0, 4))
            await road.Azure.PutAsync(Chunk.OfBrotli(Bomb.Value), tiny);
        await PutGoodAsync(road, road.Azure);
        var bridge = await road.StartBridgeAsync();

        var dead = await road.DeadLetters.UntilAsync(8, Patience, road.Describe);
        await road.UntilAllArrivedAsync();

        Assert.All(dead, letter => Assert.Equal("too-large", letter.Reason));
        var peak = PeakBytes(bridge.Process);
        road.Write($"peak of the bridge's resident set: {peak / 1024 / 1024:N0} MiB");
        Assert.InRange(peak, 1, 512L * 1024 * 1024);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task An_event_encrypted_with_an_unknown_key_is_published_when_the_key_is_there_and_it_is_replayed(string kind)
    {
        await using var road = await Road.LayAsync(components, output);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        var secret = RandomNumberGenerator.GetBytes(MasterKey.Size);
        var json = new GeneratedEvents(seed: 4).Dump(1_000_000);
        road.Ledger.Expect(json, "encrypted");

        // A replayed message may go to the last long poll of the bridge that was ended: it comes back after its lease.
        road.Settings = road.Settings.SetItem("Bridge__Receive__Lease", "00:00:10");
        var bridge = await road.StartBridgeAsync();
        var texts = new BatchWriter(queue.Limits, new MasterKey("k9", secret)).Write(json);
        await queue.PutAsync(texts);
        var dead = await road.DeadLetters.UntilAsync(texts.Length, Patience, road.Describe);
        Assert.All(dead, letter => Assert.Equal("undecryptable", letter.Reason));
        Assert.All(dead, letter => Assert.Contains("k9", letter.Detail, StringComparison.Ordinal));
        Assert.Equal(texts.Select(Convert.ToHexString).Order(), dead.Select(letter => Convert.ToHexString(letter.Body)).Order());

        await bridge.TerminateAsync();
        road.Settings = road.Settings.SetItem("Bridge__Keys__k9", Convert.ToBase64String(secret));
        await road.StartBridgeAsync();
        (await road.RunAsync("dead", "replay", "--reason", "undecryptable")).EnsureSuccess("bridge dead replay");

        await road.UntilAllArrivedOnceAsync();
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Chunks_of_an_incomplete_batch_are_kept_and_published_when_the_rest_comes_and_they_are_replayed(string kind)
    {
        await using var road = await Road.LayAsync(components, output);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        road.Settings = road.Settings.SetItem("Bridge__Assemble__Timeout", "00:00:04");
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());
        var texts = ThreeChunks(road, queue);

        await queue.PutAsync(texts[0], texts[2]);
        var dead = await road.DeadLetters.UntilAsync(2, Patience, road.Describe);
        Assert.All(dead, letter => Assert.Equal("incomplete", letter.Reason));
        Assert.All(dead, letter => Assert.Contains("have 2 of 3", letter.Detail, StringComparison.Ordinal));
        Assert.Equal(
            new[] { texts[0], texts[2] }.Select(Convert.ToHexString).Order(),
            dead.Select(letter => Convert.ToHexString(letter.Body)).Order());
        Assert.Equal(0, road.Ledger.Arrived);

        (await road.RunAsync("dead", "replay", "--reason", "incomplete")).EnsureSuccess("bridge dead replay");
        await queue.PutAsync(texts[1]);

        await road.UntilAllArrivedOnceAsync();
    }

    [Fact]
    public async Task A_batch_is_not_given_up_because_all_bridges_were_down_for_longer_than_the_timeout()
    {
        await using var road = await Road.LayAsync(components, output);
        var texts = ThreeChunks(road, road.Azure);
        road.Settings = road.Settings.SetItem("Bridge__Assemble__Timeout", "00:00:30");
        var bridge = await road.StartBridgeAsync();
        await road.Azure.PutAsync(texts[0], texts[1]);
        await road.Azure.UntilEmptyAsync(Patience, road.Describe);
        await bridge.TerminateAsync();

        // As if the stop had lasted: to the bridge that starts now the chunks are soon older than the time-out.
        var forwarded = TimeProvider.System.GetTimestamp();
        road.Settings = road.Settings.SetItem("Bridge__Assemble__Timeout", "00:00:04");
        await Eventually.HoldsAsync(
            () => TimeProvider.System.GetElapsedTime(forwarded) > TimeSpan.FromSeconds(4), Patience, road.Describe);
        await road.StartBridgeAsync();
        await Eventually.HoldsAsync(
            async () => await road.MetricAsync("bridge_in_flight_bytes") > 100_000,
            Patience,
            () => Task.FromResult(road.Describe()));
        var held = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(
            () => TimeProvider.System.GetElapsedTime(held) > TimeSpan.FromSeconds(1.5), Patience, road.Describe);
        await road.Azure.PutAsync(texts[2]);

        await road.UntilAllArrivedOnceAsync();
    }

    [Fact]
    public async Task Two_different_chunks_with_one_index_are_both_kept_as_a_conflict()
    {
        await using var road = await Road.LayAsync(components, output);
        await road.StartBridgeAsync();
        var texts = ThreeChunks(road, road.Sqs);

        await road.Sqs.PutAsync(texts[0]);
        await road.Sqs.PutAsync(Chunk.Altered(texts[0], chunk => chunk[Chunk.SliceAt] ^= 1));

        var dead = await road.DeadLetters.UntilAsync(2, Patience, road.Describe);
        Assert.All(dead, letter => Assert.Equal("conflict", letter.Reason));
    }

    private static byte[][] ThreeChunks(Road road, RoadQueue queue)
    {
        // Base64 of noise compresses to three quarters: as many bytes as two and a half slices hold.
        var json = new GeneratedEvents(seed: 5).Dump(BatchPacker.SliceBytes(queue.Limits.MessageBytes) * 10 / 3);
        road.Ledger.Expect(json, "three chunks");
        var texts = new BatchWriter(queue.Limits).Write(json);
        Assert.Equal(3, texts.Length);
        return texts;
    }

    private static List<(string Name, byte[] Text, string Reason)> BadMessages(RoadQueue queue)
    {
        var batches = new BatchWriter(queue.Limits);
        var stranger = new BatchWriter(queue.Limits, new MasterKey("k1", RandomNumberGenerator.GetBytes(MasterKey.Size)));
        List<(string, byte[], string)> bad =
        [
            ("random text", "Hello, is this the telemetry queue?"u8.ToArray(), "malformed"),
            (
                "Base64 of noise",
                Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(300))),
                "malformed"),
            ("JSON that breaks off", """{"style":"logs","""u8.ToArray(), "malformed"),
            ("count 0", Altered(chunk => BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(Chunk.CountAt), 0)), "malformed"),
            (
                "index beyond the count",
                Altered(chunk => BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(Chunk.IndexAt), 1)),
                "malformed"),
            (
                "a length that lies",
                Altered(chunk => BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(Chunk.LengthAt), 1_000)),
                "malformed"),
            (
                "a length over the limit",
                Altered(chunk => BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(Chunk.LengthAt), uint.MaxValue)),
                "too-large"),
            ("a flipped bit", Altered(chunk => chunk[Chunk.SliceAt + 5] ^= 0x10), "malformed"),
            ("a newer version", Altered(chunk => chunk[Chunk.VersionAt] = 2), "unsupported"),
            ("a bomb", Chunk.OfBrotli(Bomb.Value), "too-large"),
            ("an unknown key", stranger.Write("""{"style":"logs"}"""u8.ToArray()).Single(), "undecryptable"),
        ];
        // SQS itself refuses an empty message.
        if (queue.Kind is "azure")
            bad.Add(("an empty message", [], "malformed"));
        return bad;

        byte[] Altered(Action<byte[]> alter) =>
            Chunk.Altered(batches.Write("""{"style":"logs","message":"good until altered"}"""u8.ToArray()).Single(), alter);
    }

    private static async Task PutGoodAsync(Road road, RoadQueue queue)
    {
        var json = $$"""{"style":"logs","service":"orders","level":"info","good":"{{Guid.NewGuid()}}"}""";
        road.Ledger.Expect(json);
        await queue.PutAsync(new BatchWriter(queue.Limits).Write(Encoding.UTF8.GetBytes(json)));
    }

    private static void AssertKept(
        List<(string Name, byte[] Text, string Reason)> bad, IReadOnlyList<DeadLetter> dead, RoadQueue queue)
    {
        var kept = dead.ToDictionary(letter => Convert.ToHexString(letter.Body), StringComparer.Ordinal);
        foreach (var (name, text, reason) in bad)
        {
            Assert.True(kept.TryGetValue(Convert.ToHexString(text), out var letter), $"{name}: not kept as it was");
            Assert.True(letter.Reason == reason, $"{name}: {letter.Reason} ({letter.Detail}) instead of {reason}");
            Assert.Equal((queue.Queue.Url.ToString(), 1), (letter.Source, letter.ReceiveCount));
            Assert.True(DateTimeOffset.TryParse(letter.At, CultureInfo.InvariantCulture, out _), letter.At);
        }
    }

    private static async Task AssertListedAsync(Road road, int count)
    {
        var list = (await road.RunAsync("dead", "list", "--json")).EnsureSuccess("bridge dead list");
        var lines = list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(count, lines.Count);
        Assert.All(lines, line => Assert.NotEmpty((string)line["reason"]!));
    }

    private static byte[] Compressed(ReadOnlySpan<byte> pattern, long bytes)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, new BrotliCompressionOptions { Quality = 4 }))
        {
            var piece = new byte[pattern.Length * 512 * 1024];
            for (var at = 0; at < piece.Length; at += pattern.Length)
                pattern.CopyTo(piece.AsSpan(at));
            for (var written = 0L; written < bytes; written += piece.Length)
                brotli.Write(piece);
        }

        return compressed.ToArray();
    }

    private static long PeakBytes(ChildProcess process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status")
            .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
