using System.Text.Json;
using Bridge.Core.Processing.Encryption;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>
/// <c>decode</c>: opens an encrypted event, and takes an event out of a text, or out of an object whose only member is a text.
/// What needs no decoding stays as it is.
/// </summary>
internal sealed class DecodeExecuter(EventOpener? opener) : Executer
{
    public override bool TakesAnything => true;

    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        if (EventJson.Problem(json) is { } problem)
            Decode(json, problem, output);
        else if (opener?.Open(json) is not { } opened)
            output.Add(DecodeOnlyMember(json, output.Limits.EventBytes));
        else if (opened.Problem is { } closed)
            output.Refuse(RefusalReason.Undecryptable, closed);
        else
            output.Add(opened.Json);
    }

    private static void Decode(ReadOnlySpan<byte> text, string problem, ExecuterOutput output)
    {
        if (TextDecoder.Decode(text, output.Limits.EventBytes) is [(byte)'{', ..] json)
            output.Add(json);
        else
            output.Refuse(RefusalReason.Malformed, $"what came is {problem}, and no event is encoded in it");
    }

    private static ReadOnlySpan<byte> DecodeOnlyMember(ReadOnlySpan<byte> json, int mostBytes)
    {
        var members = new MemberReader(json);
        if (!members.Read() || members.Type is not JsonTokenType.String)
            return json;
        var text = members.TextBytes();
        return !members.Read() && TextDecoder.Decode(text, mostBytes) is [(byte)'{', ..] inner ? inner : json;
    }
}
