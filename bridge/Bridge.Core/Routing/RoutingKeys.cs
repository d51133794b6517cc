namespace Bridge.Core.Routing;

/// <summary>The routing keys of one batch: its events have few different ones, and each is made once.</summary>
internal sealed class RoutingKeys(RoutingKeyTemplate template)
{
    // Beyond these a batch is not of the kind that gains anything.
    private const int MostKeys = 256;
    private const int LongestValues = 256;

    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _keys =
        new Dictionary<byte[], string>(new BytesComparer()).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The key of an event.</summary>
    /// <param name="members">What was read of it; the template's members come first.</param>
    /// <param name="json">The event.</param>
    public string Of(EventMembers members, ReadOnlySpan<byte> json)
    {
        Span<byte> values = stackalloc byte[LongestValues];
        if (!members.TryCopy(json, template.Members.Count, values, out var length))
            return Render(members, json);
        values = values[..length];
        if (_keys.TryGetValue(values, out var known))
            return known;
        var key = Render(members, json);
        if (_keys.Dictionary.Count < MostKeys)
            _keys[values] = key;
        return key;
    }

    private string Render(EventMembers members, ReadOnlySpan<byte> json)
    {
        var values = new string?[template.Members.Count];
        for (var member = 0; member < values.Length; member++)
            values[member] = members.Value(json, member);
        return template.Render(values);
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
