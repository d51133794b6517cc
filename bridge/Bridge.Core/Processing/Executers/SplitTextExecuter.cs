using System.Buffers;
using System.Text.Json;

namespace Bridge.Core.Processing.Executers;

/// <summary><c>split MEMBER by SEPARATOR</c>: makes an array of texts of a text. Any other member stays as it is.</summary>
internal sealed class SplitTextExecuter(MemberName member, byte[] separator) : Executer
{
    public override void Run(ReadOnlySpan<byte> json, ExecuterOutput output)
    {
        byte[]? text = null;
        for (var members = new MemberReader(json); members.Read();)
        {
            if (members.IsNamed(member.Utf8))
                text = members.Type is JsonTokenType.String ? members.TextBytes() : null;
        }

        output.Add(text is null ? json : AssignExecuter.Assign(json, member, Fields(text), onlyWhereAbsent: false));
    }

    private ReadOnlySpan<byte> Fields(ReadOnlySpan<byte> text)
    {
        var array = new ArrayBufferWriter<byte>();
        array.Write("["u8);
        while (true)
        {
            var end = text.IndexOf(separator);
            array.Write(EventBuilder.Quote(end < 0 ? text : text[..end]));
            if (end < 0)
                break;
            array.Write(","u8);
            text = text[(end + separator.Length)..];
        }

        array.Write("]"u8);
        return array.WrittenSpan;
    }
}
