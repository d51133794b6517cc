using System.Text;
using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Expressions;

/// <summary>
/// The members that several expressions read. One walk over an event finds all of them. Complete before the first event is read.
/// </summary>
internal sealed class MemberPaths
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    private readonly Node _root = new([]);

    /// <summary>Number of slots that <see cref="Read"/> fills.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a path, once.</summary>
    /// <param name="names">Names from the outermost member to the innermost one.</param>
    /// <returns>The slot that its value gets.</returns>
    public int Add(IEnumerable<string> names)
    {
        var node = _root;
        foreach (var name in names)
            node = node.Child(Encoding.UTF8.GetBytes(name));
        if (node.Slot < 0)
            node.Slot = Count++;
        return node.Slot;
    }

    /// <summary>Finds the members of an event. Of several members with the same name the last one counts.</summary>
    /// <param name="json">A JSON object, known to be valid.</param>
    /// <param name="values">Receives <see cref="Count"/> values.</param>
    public void Read(ReadOnlySpan<byte> json, Span<MemberValue> values)
    {
        values.Clear();
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        ReadObject(ref reader, _root, values);
    }

    // Calls itself no deeper than the longest path.
    private static void ReadObject(ref Utf8JsonReader reader, Node node, Span<MemberValue> values)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var child = node.Find(reader);
            reader.Read();
            if (child is null)
            {
                reader.Skip();
                continue;
            }

            child.Forget(values);
            if (child.Slot >= 0)
                values[child.Slot] = ValueAt(reader);
            if (reader.TokenType is JsonTokenType.StartObject && child.HasChildren)
                ReadObject(ref reader, child, values);
            else
                reader.Skip();
        }
    }

    private static MemberValue ValueAt(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => new MemberValue(MemberKind.Null),
        JsonTokenType.False => new MemberValue(MemberKind.False),
        JsonTokenType.True => new MemberValue(MemberKind.True),
        JsonTokenType.StartArray => new MemberValue(MemberKind.Array),
        JsonTokenType.StartObject => new MemberValue(MemberKind.Object),
        JsonTokenType.Number => new MemberValue(MemberKind.Number, (int)reader.TokenStartIndex, reader.ValueSpan.Length),
        _ => new MemberValue(MemberKind.Text, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length),
    };

    private sealed class Node(byte[] name)
    {
        private readonly List<Node> _children = [];

        public int Slot { get; set; } = -1;

        public bool HasChildren => _children.Count > 0;

        public Node Child(byte[] childName)
        {
            if (Find(childName) is { } known)
                return known;
            var child = new Node(childName);
            _children.Add(child);
            return child;
        }

        // The reader's own comparison would throw at half a surrogate pair.
        public Node? Find(in Utf8JsonReader reader) => Find(
            reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(EventJson.Unescape(reader.ValueSpan)) : reader.ValueSpan);

        // A later member of the same name replaces all of the earlier one.
        public void Forget(Span<MemberValue> values)
        {
            foreach (var child in _children)
            {
                if (child.Slot >= 0)
                    values[child.Slot] = default;
                child.Forget(values);
            }
        }

        private Node? Find(ReadOnlySpan<byte> childName)
        {
            foreach (var child in _children)
            {
                if (child.Matches(childName))
                    return child;
            }

            return null;
        }

        private bool Matches(ReadOnlySpan<byte> other) => other.SequenceEqual(name);
    }
}
