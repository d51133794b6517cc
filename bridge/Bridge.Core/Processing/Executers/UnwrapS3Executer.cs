using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>unwrap s3</c>: makes an event of each record of a notification of Amazon S3; <c>eventTime</c> is its <c>timestamp</c> too.
/// Anything else stays as it is.
/// </summary>
internal sealed class UnwrapS3Executer : Executer
{
    private static readonly MemberName Timestamp = new("timestamp");

    public override bool Multiplies => true;

    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        var records = MemberReader.Find(json, "Records"u8, out var type);
        if (type is JsonTokenType.StartArray && AreOfS3(records))
            Split(records, output);
        else
            output.Add(json);
    }

    private static bool AreOfS3(ReadOnlySpan<byte> records)
    {
        var reader = new Utf8JsonReader(records, new JsonReaderOptions { MaxDepth = EventJson.MaxDepth });
        reader.Read();
        var count = 0;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.StartObject)
                return false;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            MemberReader.Find(records[start..(int)reader.BytesConsumed], "s3"u8, out var type);
            if (type is not JsonTokenType.StartObject)
                return false;
            count++;
        }

        return count > 0;
    }

    private static void Split(ReadOnlySpan<byte> records, ExecuterOutput output)
    {
        var reader = new Utf8JsonReader(records, new JsonReaderOptions { MaxDepth = EventJson.MaxDepth });
        reader.Read();
        while (output.Refusal is null && reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var record = records[start..(int)reader.BytesConsumed];
            var time = MemberReader.Find(record, "eventTime"u8, out var type);
            output.Add(type is JsonTokenType.String
                ? AssignExecuter.Assign(record, Timestamp, time, onlyWhereAbsent: true)
                : record);
        }
    }
}
