using System.Diagnostics;
using System.Text;
using Telemetry.Queues;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>The page, the code and a decoder in another language say the same.</summary>
public sealed class WireFormatTests
{
    private static readonly IReadOnlyList<TestVector> Page = TestVector.ReadPage();

    public static TheoryData<string> Names => [.. Page.Select(vector => vector.Name)];

    public static TheoryData<string> Produced =>
        [.. Page.Where(vector => vector.Find("message-limit") is not null).Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Produced))]
    public void The_sender_makes_exactly_the_messages_of_the_page(string name)
    {
        var vector = Find(name);
        var limit = int.Parse(vector.Find("message-limit")!);
        var key = vector.Find("sender-key") is { } text ? MasterKey.Parse(text) : null;
        var random = new Queue<byte>(Convert.FromHexString(vector.Find("salt-and-nonce") ?? ""));
        var packer = new BatchPacker(
            limit, SenderId.Read(Convert.FromHexString(vector.Find("sender")!)), key, CodecLimits.Default, Draw);
        var lines = Encoding.UTF8.GetBytes(string.Concat(vector.All("event").Select(line => line + "\n")));

        using var batch = packer.Pack(lines, uint.Parse(vector.Find("sequence")!), out var consumed, out _)!;

        Assert.Equal(lines.Length, consumed);
        // Should an update of the framework change the output of its Brotli encoder, only the page's text is to be renewed.
        Assert.Equal(vector.Messages, Texts.Of(batch).Select(Encoding.ASCII.GetString), StringComparer.Ordinal);

        void Draw(Span<byte> destination)
        {
            for (var i = 0; i < destination.Length; i++)
                destination[i] = random.Dequeue();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_receiver_gets_out_of_each_vector_what_the_page_says(string name)
    {
        var vector = Find(name);
        using var receiver = new CodecReceiver(vector.ReceiverKeys, vector.ReceiverLimits);

        foreach (var text in vector.Messages)
            receiver.Receive(Encoding.UTF8.GetBytes(text));
        if (receiver.Batches.Count == 0 && receiver.Refusals.Count == 0)
            receiver.Expire();

        var events = receiver.Batches.SelectMany(batch => batch.Events).Concat(receiver.PlainEvents).Select(Outcome);
        Assert.Equal(
            vector.Expected,
            events.Concat(receiver.Refusals.Select(refusal => $"refused: {refusal.Code}").Distinct(StringComparer.Ordinal)),
            StringComparer.Ordinal);
    }

    [Fact]
    public void The_order_of_chunks_does_not_matter()
    {
        var vector = Find("chunked-in-three");
        using var receiver = new CodecReceiver(vector.ReceiverKeys, vector.ReceiverLimits);

        foreach (var text in vector.Messages.Reverse())
            receiver.Receive(Encoding.UTF8.GetBytes(text));

        Assert.Equal(
            vector.All("event"), receiver.Batches.Single().Events.Select(Encoding.UTF8.GetString), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_decoder_in_another_language_written_from_the_page_agrees_with_every_vector()
    {
        var start = new ProcessStartInfo("node", [Repository.PathOf("docs", "wire-format.decode.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = node.StandardOutput.ReadToEndAsync(bound.Token);
        var error = await node.StandardError.ReadToEndAsync(bound.Token);
        await node.WaitForExitAsync(bound.Token);

        Assert.Equal("", error);
        Assert.Equal($"{Page.Count} vectors read\n", await output);
        Assert.Equal(0, node.ExitCode);
    }

    [Fact]
    public void Every_reason_that_the_codec_gives_has_a_vector()
    {
        var reasons = Page.SelectMany(vector => vector.All("refused")).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

        Assert.Equal(["conflict", "incomplete", "malformed", "too-large", "undecryptable", "unsupported"], reasons,
            StringComparer.Ordinal);
    }

    private static TestVector Find(string name) => Page.Single(vector => vector.Name == name);

    private static string Outcome(byte[] line) =>
        EventJson.Problem(line) is null ? $"event: {Encoding.UTF8.GetString(line)}" : "refused-event: malformed";
}
