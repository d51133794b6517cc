using System.Globalization;
using System.Text.Json;

namespace Telemetry.Aws;

/// <summary>Reads the answers' JSON documents, those of <c>ReceiveMessage</c> apart (<see cref="ReceivedMessages"/>).</summary>
internal static class SqsResponses
{
    /// <summary>The queue's attributes by name; all of them are strings.</summary>
    public static Dictionary<string, string> Attributes(SqsAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document.RootElement.TryGetProperty("Attributes"u8, out var members) && members.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in members.EnumerateObject())
                attributes[member.Name] = member.Value.GetString() ?? "";
        }

        return attributes;
    }

    /// <summary>The outcome of each entry of a batch call, by the index that its identity spells.</summary>
    public static Dictionary<int, SqsEntryResult> Batch(SqsAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        var entries = new Dictionary<int, SqsEntryResult>();
        foreach (var entry in Array(document.RootElement, "Successful"))
            entries[Index(entry)] = new SqsEntryResult { IsSuccess = true, Md5 = Text(entry, "MD5OfMessageBody") };
        foreach (var entry in Array(document.RootElement, "Failed"))
        {
            entries[Index(entry)] = new SqsEntryResult
            {
                Code = SqsCodes.Normalize(Text(entry, "Code"), Text(entry, "Message")),
                Message = Text(entry, "Message"),
                IsSenderFault = entry.TryGetProperty("SenderFault"u8, out var fault) && fault.ValueKind is JsonValueKind.True,
            };
        }

        return entries;
    }

    /// <summary>The members of an error document that tell what happened; both null when it is something else.</summary>
    public static (string? Code, string? Message) Error(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind is JsonValueKind.Object
                ? (Text(root, "__type") ?? Text(root, "code"), Text(root, "message") ?? Text(root, "Message"))
                : (null, null);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static List<JsonElement> Array(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var array) && array.ValueKind is JsonValueKind.Array ? [.. array.EnumerateArray()] : [];

    private static int Index(JsonElement entry) => int.Parse(Text(entry, "Id") ?? "", CultureInfo.InvariantCulture);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;
}

/// <summary>What a batch call says about one entry.</summary>
internal sealed record SqsEntryResult
{
    /// <summary>An entry that the answer does not mention: nobody knows its fate.</summary>
    public static SqsEntryResult Missing { get; } = new() { Message = "the answer does not mention this entry" };

    public bool IsSuccess { get; init; }

    /// <summary>Of the text that was stored.</summary>
    public string? Md5 { get; init; }

    public string? Code { get; init; }

    public string? Message { get; init; }

    /// <summary>Repeating the entry cannot help.</summary>
    public bool IsSenderFault { get; init; }
}
