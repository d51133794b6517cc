using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>unwrap eventbridge</c>: takes <c>detail</c> out of an event of Amazon EventBridge. The envelope's members complete it where it has
/// none of their name; <c>time</c> becomes <c>timestamp</c>. Anything else stays as it is.
/// </summary>
internal sealed class UnwrapEventBridgeExecuter : Executer
{
    private static readonly MemberName Timestamp = new("timestamp");

    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        var detail = MemberReader.Find(json, "detail"u8, out var type);
        MemberReader.Find(json, "detail-type"u8, out var kind);
        if (type is not JsonTokenType.StartObject || kind is not JsonTokenType.String)
        {
            output.Add(json);
            return;
        }

        var unwrapped = detail;
        for (var members = new MemberReader(json); members.Read();)
        {
            var name = members.IsNamed("time"u8) ? Timestamp
                : members.IsNamed("source"u8) || members.IsNamed("detail-type"u8) || members.IsNamed("region"u8) || members.IsNamed("account"u8)
                    ? new MemberName(System.Text.Encoding.UTF8.GetString(members.RawName))
                    : null;
            if (name is not null)
                unwrapped = AssignExecuter.Assign(unwrapped, name, members.RawValue, onlyWhereAbsent: true);
        }

        output.Add(unwrapped);
    }
}
