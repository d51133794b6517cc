using System.Text;
using System.Text.Json;
using Telemetry.Events;
using Telemetry.Wire;

namespace Bridge.Edge.Formats;

/// <summary>Adds an intake's constant members to finished events. A member that an event has of itself stays as it is.</summary>
internal sealed class ConstantMembers(IReadOnlyDictionary<string, string> members)
{
    private static readonly JsonReaderOptions AnyEvent = new() { MaxDepth = EventJson.MaxDepth };

    private readonly (byte[] Name, string Text, string Value)[] _members =
        [.. members.Select(member => (Encoding.UTF8.GetBytes(member.Key), member.Key, member.Value))];

    public void AddTo(JsonOutput json)
    {
        if (_members.Length == 0)
            return;
        Span<bool> has = stackalloc bool[Math.Min(_members.Length, 256)];
        Find(json.Written, has);
        json.Return(json.Here with { Length = json.Length - 1 });
        for (var i = 0; i < _members.Length; i++)
        {
            if (i >= has.Length || !has[i])
                json.WriteString(_members[i].Text, _members[i].Value);
        }

        json.Append(json.Written[^1] == (byte)',' ? ""u8 : "}"u8);
        if (json.Written[^1] == (byte)',')
            json.Written[^1] = (byte)'}';
    }

    private void Find(ReadOnlySpan<byte> json, Span<bool> has)
    {
        var reader = new Utf8JsonReader(json, AnyEvent);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                continue;
            for (var i = 0; i < has.Length; i++)
                has[i] |= reader.ValueTextEquals(_members[i].Name);
            reader.Skip();
        }
    }
}
