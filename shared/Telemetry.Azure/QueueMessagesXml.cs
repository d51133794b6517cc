using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Reads the answer of Get Messages. A text goes from the reader's characters to UTF-8 without a string between.</summary>
internal static class QueueMessagesXml
{
    private const int ChunkChars = 8192;

    // Characters are not checked: one odd message must not hide the others of its answer for ever.
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = false,
        IgnoreComments = true,
    };

    /// <summary>The messages, leased from <paramref name="leaseStart"/> on; empty where there is no content.</summary>
    /// <exception cref="XmlException">It is no XML, or not the service's.</exception>
    /// <exception cref="FormatException">A time or a number is none.</exception>
    public static IReadOnlyList<ReceivedMessage> Read(Stream? content, long leaseStart)
    {
        if (content is null)
            return [];

        var messages = new List<ReceivedMessage>();
        var text = new ArrayBufferWriter<byte>();
        using var reader = XmlReader.Create(content, Settings);
        reader.MoveToContent();
        if (reader.LocalName is not "QueueMessagesList")
            throw new XmlException("no QueueMessagesList");
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.Element && reader.LocalName is "QueueMessage")
                messages.Add(ReadMessage(reader, text, leaseStart));
        }

        return messages;
    }

    private static ReceivedMessage ReadMessage(XmlReader reader, ArrayBufferWriter<byte> text, long leaseStart)
    {
        string? id = null, receipt = null, count = null, inserted = null;
        text.ResetWrittenCount();
        reader.ReadStartElement();
        while (reader.MoveToContent() is XmlNodeType.Element)
        {
            switch (reader.LocalName)
            {
                case "MessageId":
                    id = reader.ReadElementContentAsString();
                    break;
                case "PopReceipt":
                    receipt = reader.ReadElementContentAsString();
                    break;
                case "DequeueCount":
                    count = reader.ReadElementContentAsString();
                    break;
                case "InsertionTime":
                    inserted = reader.ReadElementContentAsString();
                    break;
                case "MessageText":
                    ReadText(reader, text);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new ReceivedMessage
        {
            Id = id ?? throw new XmlException("no MessageId"),
            Receipt = receipt ?? throw new XmlException("no PopReceipt"),
            Text = text.WrittenSpan.ToArray(),
            ReceiveCount = long.Parse(count ?? "", CultureInfo.InvariantCulture),
            EnqueuedAt = DateTimeOffset.ParseExact(inserted ?? "", "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            LeaseStart = leaseStart,
        };
    }

    private static void ReadText(XmlReader reader, ArrayBufferWriter<byte> text)
    {
        if (!reader.IsEmptyElement)
        {
            var chars = ArrayPool<char>.Shared.Rent(ChunkChars);
            var encoder = Encoding.UTF8.GetEncoder();
            while (reader.Read() && reader.NodeType is not XmlNodeType.EndElement)
            {
                // The encoder keeps half of a surrogate pair until the chunk that brings the other.
                while (reader.CanReadValueChunk && reader.ReadValueChunk(chars, 0, chars.Length) is > 0 and var read)
                    encoder.Convert(chars.AsSpan(0, read), text, flush: false, out _, out _);
            }

            encoder.Convert([], text, flush: true, out _, out _);
            ArrayPool<char>.Shared.Return(chars);
        }

        reader.Read();
    }
}
