using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>split MEMBER</c>: makes an event of each element of an array. An element that is an object becomes the event, completed by
/// the other members of the event around it; any other element takes the array's place. An event without such an array stays as
/// it is.
/// </summary>
internal sealed class SplitArrayExecuter(MemberName member) : Executer
{
    public override bool Multiplies => true;

    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        var array = MemberReader.Find(json, member.Utf8, out var type);
        if (type is JsonTokenType.StartArray)
            Split(json, array, output);
        else
            output.Add(json);
    }

    private void Split(ReadOnlySpan<byte> json, ReadOnlySpan<byte> array, ExecuterOutput output)
    {
        var elements = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = EventJson.MaxDepth });
        elements.Read();
        while (output.Refusal is null && elements.Read() && elements.TokenType is not JsonTokenType.EndArray)
        {
            var isObject = elements.TokenType is JsonTokenType.StartObject;
            var start = (int)elements.TokenStartIndex;
            elements.Skip();
            var element = array[start..(int)elements.BytesConsumed];
            output.Add(isObject ? Complete(element, json) : AssignExecuter.Assign(json, member, element, onlyWhereAbsent: false));
        }
    }

    private ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> element, ReadOnlySpan<byte> around)
    {
        var built = new EventBuilder();
        for (var members = new MemberReader(element); members.Read();)
            built.Add(members.RawName, members.RawValue);
        for (var members = new MemberReader(around); members.Read();)
        {
            if (!members.IsNamed(member.Utf8) && !Has(element, members.RawName))
                built.Add(members.RawName, members.RawValue);
        }

        return built.End();
    }

    private static bool Has(ReadOnlySpan<byte> element, ReadOnlySpan<byte> rawName)
    {
        for (var members = new MemberReader(element); members.Read();)
        {
            if (members.RawName.SequenceEqual(rawName))
                return true;
        }

        return false;
    }
}
