using System.Security.Cryptography;
using System.Text;
using Harness.Faults;
using Integration.Tests.EndToEnd;
using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Integration.Tests.Security;

[Collection(RoadCollection.Name)]
public sealed class TamperedBatchTests(RoadComponents components, ITestOutputHelper output)
{
    private const int FlagsAt = 3;
    private const int SenderAt = 4;
    private const int SequenceAt = 16;
    private const int DigestAt = 28;
    private const byte Encrypted = 2;

    // Of the sealed batch: length of kver, kver, salt, nonce, ciphertext, tag.
    private const int VersionAt = Chunk.SliceAt + 1;
    private const int SaltAt = VersionAt + 2;
    private const int NonceAt = SaltAt + 16;
    private const int CiphertextAt = NonceAt + 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size));

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task An_encrypted_batch_that_was_changed_in_the_queue_is_kept_raw_and_nothing_of_it_is_published(string kind)
    {
        await using var road = await Road.LayAsync(components, output);
        var queue = road.Queues.Single(queue => queue.Kind == kind);
        var writer = new BatchWriter(queue.Limits, MasterKey.Parse("k1", Secret));
        var changes = Changes();
        var events = changes.Select(change => Encoding.UTF8.GetBytes($$"""{"style":"logs","change":"{{change.Name}}"}"""));
        await queue.PutAsync([.. events.Select(json => writer.Write(json).Single())]);
        var taken = await TakeAsync(queue.Queue.Url, kind, queue.Queue.Connection, changes.Count);

        var tampered = changes.Zip(taken, (change, text) => (change.Name, Text: Chunk.Altered(text, change.Alter), change.Reason))
            .ToList();
        await queue.PutAsync([.. tampered.Select(message => message.Text)]);
        var good = """{"style":"logs","service":"orders","level":"info","message":"untouched"}""";
        road.Ledger.Expect(good);
        await queue.PutAsync(writer.Write(Encoding.UTF8.GetBytes(good)));
        road.Settings = road.Settings.SetItem("Bridge__Keys__k1", Secret);
        await road.StartBridgeAsync();

        var dead = await road.DeadLetters.UntilAsync(tampered.Count, Patience, road.Describe);
        var kept = dead.ToDictionary(letter => Encoding.ASCII.GetString(letter.Body), StringComparer.Ordinal);
        foreach (var (name, text, reason) in tampered)
        {
            Assert.True(kept.TryGetValue(Encoding.ASCII.GetString(text), out var letter), $"{name}: not kept as it was");
            Assert.True(letter.Reason == reason, $"{name}: {letter.Reason} ({letter.Detail}) instead of {reason}");
        }

        await road.UntilAllArrivedAsync();
        await queue.UntilEmptyAsync(Patience, road.Describe);
        Assert.Empty(road.Ledger.Foreign);
    }

    [Fact]
    public async Task One_changed_chunk_refuses_the_whole_encrypted_batch_and_keeps_every_chunk()
    {
        await using var road = await Road.LayAsync(components, output);
        road.Settings = road.Settings.SetItem("Bridge__Keys__k1", Secret);
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());
        var texts = new BatchWriter(road.Azure.Limits, MasterKey.Parse("k1", Secret))
            .Write(new GeneratedEvents(seed: 41).Dump(200_000));
        Assert.InRange(texts.Length, 3, 10);

        texts[1] = Chunk.Altered(texts[1], chunk => chunk[Chunk.SliceAt + 1_000] ^= 0x40);
        await road.Azure.PutAsync(texts);

        var dead = await road.DeadLetters.UntilAsync(texts.Length, Patience, road.Describe);
        Assert.All(dead, letter => Assert.Equal("malformed", letter.Reason));
        Assert.Equal(texts.Select(Convert.ToHexString).Order(), dead.Select(letter => Convert.ToHexString(letter.Body)).Order());
        Assert.Empty(road.Ledger.Foreign);
    }

    // A digest without a key shows mistakes; who changes bytes on purpose sets it right, and meets the tag.
    private static List<(string Name, Action<byte[]> Alter, string Reason)> Changes() =>
    [
        ("a bit of the ciphertext", Flip(CiphertextAt), "malformed"),
        ("a bit of the tag", chunk => chunk[^1] ^= 1, "malformed"),
        ("a bit of the digest", Flip(DigestAt), "malformed"),
        ("a bit of the sender", Flip(SenderAt), "malformed"),
        ("a bit of the ciphertext, digest set right", Redigested(Flip(CiphertextAt)), "undecryptable"),
        ("a bit of the tag, digest set right", Redigested(chunk => chunk[^1] ^= 1), "undecryptable"),
        ("a bit of the salt, digest set right", Redigested(Flip(SaltAt)), "undecryptable"),
        ("a bit of the nonce, digest set right", Redigested(Flip(NonceAt)), "undecryptable"),
        ("the key's name, digest set right", Redigested(Flip(VersionAt)), "undecryptable"),
        ("a bit of the sender, digest set right", Redigested(Flip(SenderAt)), "undecryptable"),
        ("a bit of the sequence, digest set right", Redigested(Flip(SequenceAt)), "undecryptable"),
        ("the flag of the compression, digest set right", Redigested(Flip(FlagsAt)), "undecryptable"),
        (
            "the flag of the encryption, digest set right",
            Redigested(chunk => chunk[FlagsAt] &= unchecked((byte)~Encrypted)),
            "malformed"),
        ("a flag that is none", Flip(FlagsAt, 0x80), "unsupported"),
    ];

    private static Action<byte[]> Flip(int at, byte bits = 1) => chunk => chunk[at] ^= bits;

    private static Action<byte[]> Redigested(Action<byte[]> alter) => chunk =>
    {
        alter(chunk);
        SHA256.HashData([.. chunk[..Chunk.IndexAt], .. chunk[Chunk.CountAt..DigestAt], .. chunk[Chunk.SliceAt..]])
            .AsSpan(0, Chunk.SliceAt - DigestAt).CopyTo(chunk.AsSpan(DigestAt));
    };

    // As one who holds the queue's credentials takes messages out.
    private static async Task<IReadOnlyList<byte[]>> TakeAsync(Uri url, string kind, string? connection, int count)
    {
        Assert.True(QueueEndpoint.TryParse(url.ToString(), kind, connection, out var endpoint, out var error), error);
        await using IQueueReceiver receiver =
            endpoint.Kind is QueueKind.Azure
                ? new AzureQueue(endpoint, TimeProvider.System)
                : new SqsQueue(endpoint, TimeProvider.System);
        var texts = new List<byte[]>();
        await Eventually.HoldsAsync(
            async () =>
            {
                var messages = await receiver.ReceiveAsync(
                    receiver.MaxReceive, TimeSpan.FromSeconds(60), TimeSpan.Zero, CancellationToken.None);
                texts.AddRange(messages.Select(message => message.Text.ToArray()));
                Assert.Empty(await receiver.DeleteAsync(messages, CancellationToken.None));
                return texts.Count >= count;
            },
            Patience,
            () => Task.FromResult($"took {texts.Count} of {count} messages"));
        Assert.Equal(count, texts.Count);
        return texts;
    }
}
