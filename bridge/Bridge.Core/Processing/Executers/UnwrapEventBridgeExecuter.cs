using System.Text;
using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>unwrap eventbridge</c>: takes <c>detail</c> out of an event of Amazon EventBridge. Members of the envelope complete it
/// where it has none of their name; <c>time</c> becomes <c>timestamp</c>. Anything else stays as it is.
/// </summary>
internal sealed class UnwrapEventBridgeExecuter : Executer
{
    private static readonly (byte[] From, MemberName To)[] Kept =
    [
        ("time"u8.ToArray(), new MemberName("timestamp")),
        .. new[] { "source", "detail-type", "account", "region" }
            .Select(name => (Encoding.UTF8.GetBytes(name), new MemberName(name))),
    ];

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
            foreach (var (from, to) in Kept)
            {
                if (members.IsNamed(from))
                    unwrapped = AssignExecuter.Assign(unwrapped, to, members.RawValue, onlyWhereAbsent: true);
            }
        }

        output.Add(unwrapped);
    }
}
