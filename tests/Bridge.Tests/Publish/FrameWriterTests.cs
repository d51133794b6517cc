using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Bridge.Publish;
using RabbitMQ.Client;

namespace Bridge.Tests.Publish;

public sealed class FrameWriterTests
{
    private const int Framing = 8;
    private const int Channel = 7;

    private readonly RecordedWrites _stream = new();
    private readonly TaskCompletionSource _givenUp = new();

    public static TheoryData<string?, string?, string?, int> Properties => new()
    {
        { "application/json", null, null, 0 },
        { null, "2026-11-20T09:00:00.5Z", null, 0 },
        { "text/plain", "2026-11-20T09:00:00Z", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 3 },
        { "Grüße/✓", null, "Grüße ✓", 40 },
    };

    [Theory]
    [MemberData(nameof(Properties))]
    public async Task Properties_are_written_as_the_client_library_writes_them(string? contentType, string? timestamp, string? traceParent, int headers)
    {
        var time = timestamp is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(timestamp, null);
        var properties = new OutgoingProperties("Grüße-17")
        {
            ContentType = contentType,
            Timestamp = time,
            TraceParent = traceParent,
            Headers = [.. Enumerable.Range(0, headers).Select(number => number % 2 == 0
                ? new MessageHeader($"naïve-{number}", string.Concat(Enumerable.Repeat("✓", number)))
                : new MessageHeader($"number-{number}", long.MinValue + number))],
        };

        await WriteAsync(frameBytes: 131_072, new OutgoingMessage("telemetry", "logs.orders.info", properties, "{}"u8.ToArray()));

        var expected = Convert.ToHexString(LibrarysEncodingOf(properties));
        Assert.Equal(expected, Convert.ToHexString(FramesOf(_stream.Writes[0])[1].Payload[12..]));
    }

    [Fact]
    public async Task What_a_batch_shares_does_not_stick_to_the_next()
    {
        var writer = new FrameWriter(new WriteTurns(_stream), Channel, 131_072, _givenUp.Task);
        ImmutableArray<MessageHeader> shared = [new("x", "one"), new("y", 1)];
        OutgoingProperties[] all =
        [
            new("a") { Headers = shared, TraceParent = "t" }, new("b") { Headers = shared }, new("c"), new("d") { Headers = [new("x", "two")] }, new("e") { Headers = default },
        ];
        foreach (var properties in all)
            await writer.WriteAsync(new OutgoingMessage("", "q", properties, default));
        await writer.FlushAsync();

        var headers = FramesOf(Assert.Single(_stream.Writes)).Where(frame => frame.Type == 2).Select(frame => Convert.ToHexString(frame.Payload[12..]));
        Assert.Equal(all.Select(properties => Convert.ToHexString(LibrarysEncodingOf(properties))), headers);
    }

    [Theory]
    [InlineData(4_096u)]
    [InlineData(131_072u)]
    [InlineData(1_000_000u)]
    [InlineData(0u)]
    public async Task Every_write_is_of_whole_frames_that_the_connection_takes(uint frameBytes)
    {
        int[] sizes = [0, 1, 370, 4_088, 4_089, 20_000, 131_063, 131_064, 131_065, 2, 1_000_000, 370, 370];
        var messages = sizes.Select((size, number) => new OutgoingMessage(
            "telemetry", $"key-{number}", new OutgoingProperties($"id-{number}"), Enumerable.Repeat((byte)number, size).ToArray())).ToArray();

        await WriteAsync(frameBytes, messages);

        var frames = _stream.Writes.SelectMany(FramesOf).ToList();
        Assert.All(frames, frame => Assert.True(frame.Channel == Channel && frame.Payload.Length + Framing <= (frameBytes is 0 or > 131_072 ? 131_072 : frameBytes)));
        Assert.All(_stream.Writes, write => Assert.InRange(write.Length, 1, 131_072));
        foreach (var message in messages)
        {
            var content = frames.Skip(2).TakeWhile(frame => frame.Type == 3).ToList();
            Assert.Equal((1, 2), (frames[0].Type, frames[1].Type));
            Assert.Contains(message.RoutingKey, Encoding.UTF8.GetString(frames[0].Payload), StringComparison.Ordinal);
            Assert.Equal(message.Body.Length, (int)BinaryPrimitives.ReadInt64BigEndian(frames[1].Payload.AsSpan(4)));
            Assert.Equal(message.Body.ToArray(), content.SelectMany(frame => frame.Payload));
            frames.RemoveRange(0, 2 + content.Count);
        }

        Assert.Empty(frames);
    }

    [Fact]
    public async Task Small_messages_leave_together()
    {
        await WriteAsync(131_072, [.. Some.Messages(100, bytes: 370)]);

        Assert.Single(_stream.Writes);
    }

    [Fact]
    public async Task Given_up_in_the_middle_of_a_message_its_rest_never_leaves()
    {
        var open = new TaskCompletionSource();
        _stream.Open = open.Task;
        var writer = new FrameWriter(new WriteTurns(_stream), Channel, 131_072, _givenUp.Task);
        var body = new byte[1_000_000];
        var writing = writer.WriteAsync(new OutgoingMessage("", "q", new OutgoingProperties("id"), body)).AsTask();
        Assert.Single(_stream.Writes);

        // Now the body's memory is somebody else's.
        _givenUp.SetResult();
        body.AsSpan().Fill((byte)'x');
        open.SetResult();

        await Assert.ThrowsAsync<IOException>(() => writing);
        await Assert.ThrowsAsync<IOException>(() => writer.FlushAsync().AsTask());
        Assert.DoesNotContain((byte)'x', Assert.Single(_stream.Writes).Skip(200));
    }

    private async Task WriteAsync(uint frameBytes, params OutgoingMessage[] messages)
    {
        var writer = new FrameWriter(new WriteTurns(_stream), Channel, frameBytes, _givenUp.Task);
        foreach (var message in messages)
            await writer.WriteAsync(message);
        await writer.FlushAsync();
    }

    // What the library's own publish call would write.
    private static byte[] LibrarysEncodingOf(in OutgoingProperties properties)
    {
        var headers = (properties.Headers.IsDefault ? [] : properties.Headers).ToDictionary(header => header.Name, header => header.Text ?? (object?)header.Number);
        if (properties.TraceParent is { } traceParent)
            headers["traceparent"] = traceParent;
        var known = new BasicProperties { DeliveryMode = DeliveryModes.Persistent, MessageId = properties.MessageId, ContentType = properties.ContentType, Headers = headers };
        if (properties.Timestamp is { } timestamp)
            known.Timestamp = new AmqpTimestamp(timestamp.ToUnixTimeSeconds());
        IAmqpWriteable encoding = known;
        var bytes = new byte[encoding.GetRequiredBufferSize()];
        return bytes[..encoding.WriteTo(bytes)];
    }

    // Fails unless the bytes are whole frames.
    private static List<Frame> FramesOf(byte[] write)
    {
        var frames = new List<Frame>();
        for (var at = 0; at < write.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(write.AsSpan(at + 3));
            Assert.Equal(0xce, write[at + 7 + length]);
            frames.Add(new Frame(write[at], BinaryPrimitives.ReadUInt16BigEndian(write.AsSpan(at + 1)), write[(at + 7)..(at + 7 + length)]));
            at += Framing + length;
        }

        return frames;
    }

    private sealed record Frame(byte Type, int Channel, byte[] Payload);
}
