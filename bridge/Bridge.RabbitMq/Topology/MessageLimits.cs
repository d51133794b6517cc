using System.Text;
using System.Text.RegularExpressions;
using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Topology;

/// <summary>
/// Refuses messages for which the broker would close the channel instead of answering, as it would at every further attempt.
/// The broker's limit on a message is learned from the first such closing and holds until the bridge restarts.
/// </summary>
internal sealed partial class MessageLimits
{
    // AMQP's short strings; the client library throws on longer ones.
    private const int ShortString = 255;

    // A content header is one frame: its own framing, class, size and flags, with room to spare.
    private const int HeaderFraming = 64;

    private long _messageBytes = long.MaxValue;

    /// <summary>Bytes of a message body that the broker takes, as far as known.</summary>
    public long MessageBytes => Volatile.Read(ref _messageBytes);

    /// <summary>Reads the limit in the reason that a broker gives for closing a channel; ignores other reasons.</summary>
    /// <returns>True when the limit was not known before.</returns>
    public bool TryLearn(string? closeReason)
    {
        if (closeReason is null || OverLimit().Match(closeReason) is not { Success: true } match)
            return false;

        var limit = long.Parse(match.Groups["limit"].ValueSpan);
        return Interlocked.Exchange(ref _messageBytes, limit) != limit;
    }

    /// <summary>The refusal of a message that must not be written, or null.</summary>
    /// <param name="index">Its index in the publication.</param>
    /// <param name="message">The message.</param>
    /// <param name="frameBytes">The connection's frame size.</param>
    public PublishRefusal? Refusal(int index, in OutgoingMessage message, uint frameBytes)
    {
        var detail = message.Body.Length > MessageBytes
            ? $"{message.Body.Length:N0} bytes; the broker takes {MessageBytes:N0}"
            : ShortStringDetail("exchange", message.Exchange)
                ?? ShortStringDetail("routing key", message.RoutingKey)
                ?? ShortStringDetail("message id", message.Properties.MessageId)
                ?? ShortStringDetail("content type", message.Properties.ContentType)
                ?? HeadersDetail(message.Properties, frameBytes);
        return detail is null ? null : new PublishRefusal(index, PublishRefusalReason.Rejected, detail);
    }

    private static string? ShortStringDetail(string name, string? text)
    {
        // Most strings are known to fit without being encoded.
        if (text is null || MaxBytesOf(text) <= ShortString)
            return null;
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= ShortString ? null : $"the {name} has {bytes:N0} bytes; AMQP takes {ShortString}";
    }

    // UTF-8 has at most three bytes for a UTF-16 code unit.
    private static long MaxBytesOf(string? text) => (text?.Length ?? 0) * 3L;

    private static string? HeadersDetail(in OutgoingProperties properties, uint frameBytes)
    {
        var headers = properties.Headers.IsDefault ? [] : properties.Headers;
        long bytes = HeaderFraming + (2 * ShortString) + (properties.TraceParent?.Length ?? 0);
        long more = 0;
        foreach (var header in headers)
        {
            if (ShortStringDetail("name of a header", header.Name) is { } detail)
                return detail;
            bytes += header.Name.Length + sizeof(long);
            more += MaxBytesOf(header.Text);
        }

        // Most headers are known to fit without being encoded.
        if (bytes + more <= frameBytes)
            return null;
        bytes += headers.Sum(header => Encoding.UTF8.GetByteCount(header.Text ?? ""));
        return bytes <= frameBytes ? null : $"the headers have {bytes:N0} bytes; the connection's frames take {frameBytes:N0}";
    }

    // "message size 2000000 is larger than configured max size 1048576"; older brokers leave "configured" out.
    [GeneratedRegex(
        @"message size \d+ is larger than (?:configured )?max size (?<limit>\d{1,18})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OverLimit();
}
