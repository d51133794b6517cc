using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>assign A,B,C=MEMBER</c>: gives several members the elements of an array in their order, such as the fields that
/// <c>split</c> has made. Elements without a name, and names without an element, are left out.
/// </summary>
internal sealed class AssignFieldsExecuter(MemberName[] names, MemberName source, bool onlyWhereAbsent) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        var array = MemberReader.Find(json, source.Utf8, out var type);
        if (type is not JsonTokenType.StartArray)
        {
            output.Add(json);
            return;
        }

        var assigned = json;
        var elements = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = EventJson.MaxDepth });
        elements.Read();
        foreach (var name in names)
        {
            if (!elements.Read() || elements.TokenType is JsonTokenType.EndArray)
                break;
            var start = (int)elements.TokenStartIndex;
            elements.Skip();
            assigned = AssignExecuter.Assign(assigned, name, array[start..(int)elements.BytesConsumed], onlyWhereAbsent);
        }

        output.Add(assigned);
    }
}
