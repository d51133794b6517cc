using System.Globalization;
using System.Text;
using Bridge.Core.Pipeline;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>An event's position among all events of its sender.</summary>
/// <param name="Sender">The sending process.</param>
/// <param name="Sequence">Number of the event's batch.</param>
/// <param name="Ordinal">The event's position in the batch, from 0.</param>
/// <param name="Events">Number of events in the batch; always greater than the ordinal.</param>
internal readonly record struct EventPlace(SenderId Sender, uint Sequence, uint Ordinal, uint Events)
{
    /// <summary>Reads a place from an event's properties.</summary>
    /// <param name="messageId">The <c>message_id</c>: sender, sequence, digest and ordinal, joined by hyphens.</param>
    /// <param name="header">Returns a header's value: a string, UTF-8 bytes, a whole number or null.</param>
    /// <param name="place">The place; null for a plain event, which names no sender.</param>
    /// <returns>False when <c>message_id</c> and headers contradict each other.</returns>
    public static bool TryRead(string messageId, Func<string, object?> header, out EventPlace? place)
    {
        place = null;
        if (Text(header(EventHeaders.Events)) is not { } eventsText)
            return true;
        if (messageId.Split('-') is not [var senderText, var sequenceText, _, var ordinalText]
            || !TryReadSender(senderText, out var sender)
            || !TryReadNumber(sequenceText, out var sequence)
            || !TryReadNumber(ordinalText, out var ordinal)
            || !TryReadNumber(eventsText, out var events)
            || ordinal >= events)
        {
            return false;
        }

        place = new EventPlace(sender, sequence, ordinal, events);
        return true;
    }

    private static bool TryReadSender(string text, out SenderId sender)
    {
        Span<byte> bytes = stackalloc byte[SenderId.Size];
        var isRead = text.Length == 2 * SenderId.Size
            && Convert.FromHexString(text, bytes, out _, out _) is System.Buffers.OperationStatus.Done;
        sender = isRead ? SenderId.Read(bytes) : default;
        return isRead;
    }

    private static bool TryReadNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
