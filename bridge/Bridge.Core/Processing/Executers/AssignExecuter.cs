using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary><c>assign NAME=VALUE</c>: gives a member a value; with <c>?=</c> only an event that lacks the member.</summary>
internal sealed class AssignExecuter(MemberName name, byte[] value, bool onlyWhereAbsent) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output) =>
        output.Add(Assign(json, name, value, onlyWhereAbsent));

    /// <summary>The event with the member.</summary>
    public static ReadOnlySpan<byte> Assign(
        ReadOnlySpan<byte> json, MemberName name, ReadOnlySpan<byte> value, bool onlyWhereAbsent)
    {
        MemberReader.Find(json, name.Utf8, out var type);
        if (onlyWhereAbsent && type is not JsonTokenType.None)
            return json;
        var built = new EventBuilder();
        for (var members = new MemberReader(json); members.Read();)
        {
            if (!members.IsNamed(name.Utf8))
                built.Add(members.RawName, members.RawValue);
        }

        return built.Add(name.Escaped, value).End();
    }
}
