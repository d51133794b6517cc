using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>Writes the requests' JSON documents for one queue.</summary>
internal sealed class SqsRequests(QueueEndpoint queue)
{
    // The strict encoder turns each '+' of Base64 into six bytes; what it guards against, JSON inside HTML, does not occur here.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] ReceivedAttributes = ["ApproximateReceiveCount", "SentTimestamp"];

    private readonly string _url = queue.Url.AbsoluteUri;

    public SqsCall SendMessageBatch(IReadOnlyList<ReadOnlyMemory<byte>> messages, IReadOnlyList<int> entries) =>
        new(SqsOperation.SendMessageBatch, Batch(entries, entries.Sum(entry => messages[entry].Length), (json, entry) =>
            json.WriteString("MessageBody"u8, messages[entry].Span)));

    public SqsCall DeleteMessageBatch(IReadOnlyList<ReceivedMessage> messages, IReadOnlyList<int> entries) =>
        new(SqsOperation.DeleteMessageBatch, Batch(entries, entries.Sum(entry => messages[entry].Receipt.Length), (json, entry) =>
            json.WriteString("ReceiptHandle"u8, messages[entry].Receipt)));

    public SqsCall ReceiveMessage(int max, int leaseSeconds, int waitSeconds)
    {
        var body = Write(0, json =>
        {
            json.WriteNumber("MaxNumberOfMessages"u8, max);
            json.WriteNumber("VisibilityTimeout"u8, leaseSeconds);
            json.WriteNumber("WaitTimeSeconds"u8, waitSeconds);
            WriteStrings(json, "MessageSystemAttributeNames"u8, ReceivedAttributes);
        });
        return new SqsCall(SqsOperation.ReceiveMessage, body, TimeSpan.FromSeconds(waitSeconds), TakesItsTime: true);
    }

    public SqsCall ChangeMessageVisibility(string receipt, int seconds) =>
        new(SqsOperation.ChangeMessageVisibility, Write(receipt.Length, json =>
        {
            json.WriteString("ReceiptHandle"u8, receipt);
            json.WriteNumber("VisibilityTimeout"u8, seconds);
        }));

    public SqsCall DeleteMessage(string receipt) =>
        new(SqsOperation.DeleteMessage, Write(receipt.Length, json => json.WriteString("ReceiptHandle"u8, receipt)));

    public SqsCall GetQueueAttributes(params string[] names) =>
        new(SqsOperation.GetQueueAttributes, Write(0, json => WriteStrings(json, "AttributeNames"u8, names)));

    /// <summary>The only request that names the queue instead of giving its URL.</summary>
    public SqsCall CreateQueue() =>
        new(SqsOperation.CreateQueue, Document(0, json => json.WriteString("QueueName"u8, queue.Name)));

    private ReadOnlyMemory<byte> Batch(IReadOnlyList<int> entries, int textBytes, Action<Utf8JsonWriter, int> writeEntry) =>
        Write(textBytes + (64 * entries.Count), json =>
        {
            json.WriteStartArray("Entries"u8);
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("Id"u8, entry.ToString(CultureInfo.InvariantCulture));
                writeEntry(json, entry);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    private ReadOnlyMemory<byte> Write(int textBytes, Action<Utf8JsonWriter> writeMembers) =>
        Document(textBytes, json =>
        {
            json.WriteString("QueueUrl"u8, _url);
            writeMembers(json);
        });

    private ReadOnlyMemory<byte> Document(int textBytes, Action<Utf8JsonWriter> writeMembers)
    {
        // Base64 needs no escapes: sized like this, the buffer is not grown.
        var buffer = new ArrayBufferWriter<byte>(textBytes + _url.Length + 256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
