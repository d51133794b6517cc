using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>unwrap sns</c>: takes the message out of a notification of Amazon SNS. A message that is no JSON object becomes the member
/// <c>message</c> of a log. Anything else stays as it is.
/// </summary>
internal sealed class UnwrapSnsExecuter : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        byte[]? message = null;
        var isNotification = false;
        ReadOnlySpan<byte> timestamp = default;
        for (var members = new MemberReader(json); members.Read();)
        {
            if (members.IsNamed("Type"u8))
                isNotification = members.RawValue.SequenceEqual("\"Notification\""u8);
            else if (members.IsNamed("Message"u8) && members.Type is JsonTokenType.String)
                message = members.TextBytes();
            else if (members.IsNamed("Timestamp"u8) && members.Type is JsonTokenType.String)
                timestamp = members.RawValue;
        }

        output.Add(!isNotification || message is null ? json
            : EventJson.Problem(message) is null ? message
            : Log(message, timestamp));
    }

    private static ReadOnlySpan<byte> Log(ReadOnlySpan<byte> message, ReadOnlySpan<byte> timestamp)
    {
        var built = new EventBuilder();
        if (!timestamp.IsEmpty)
            built.Add("timestamp"u8, timestamp);
        return built
            .Add("style"u8, "\"logs\""u8)
            .Add("level"u8, "\"info\""u8)
            .Add("message"u8, EventBuilder.Quote(message))
            .End();
    }
}
