using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>rename A=B</c>: member A gets the name B, in place of a member that has it. Without an A nothing changes.
/// </summary>
internal sealed class RenameExecuter(MemberName from, MemberName to) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        MemberReader.Find(json, from.Utf8, out var type);
        if (type is JsonTokenType.None)
        {
            output.Add(json);
            return;
        }

        var built = new EventBuilder();
        for (var members = new MemberReader(json); members.Read();)
        {
            if (members.IsNamed(from.Utf8))
                built.Add(to.Escaped, members.RawValue);
            else if (!members.IsNamed(to.Utf8))
                built.Add(members.RawName, members.RawValue);
        }

        output.Add(built.End());
    }
}
