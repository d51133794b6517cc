namespace Bridge.Core.Processing.Executers;

/// <summary><c>remove A,B</c>: leaves members out.</summary>
internal sealed class RemoveExecuter(MemberName[] names) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        var built = new EventBuilder();
        for (var members = new MemberReader(json); members.Read();)
        {
            if (!IsRemoved(members))
                built.Add(members.RawName, members.RawValue);
        }

        output.Add(built.End());
    }

    private bool IsRemoved(in MemberReader member)
    {
        foreach (var name in names)
        {
            if (member.IsNamed(name.Utf8))
                return true;
        }

        return false;
    }
}
