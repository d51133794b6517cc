using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>decode MEMBER</c>: puts the JSON object or array that a text holds in its place. Any other member stays as it is.
/// </summary>
internal sealed class DecodeMemberExecuter(MemberName member) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        byte[]? decoded = null;
        for (var members = new MemberReader(json); members.Read();)
        {
            if (!members.IsNamed(member.Utf8))
                continue;
            decoded = members.Type is JsonTokenType.String
                ? TextDecoder.Decode(members.TextBytes(), output.Limits.EventBytes)
                : null;
        }

        output.Add(decoded is null ? json : AssignExecuter.Assign(json, member, decoded, onlyWhereAbsent: false));
    }
}
