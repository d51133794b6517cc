namespace Bridge.Core.Routing;

/// <summary>Caches the routing keys of one batch. Its events usually have few distinct keys, and each is created once.</summary>
internal sealed class RoutingKeys(RoutingKeyTemplate template)
{
    // At most 256 keys are cached, since more distinct keys make the cache useless. Longer values are not cached.
    private const int MaxKeys = 256;
    private const int MaxValueBytes = 256;

    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _keys =
        new Dictionary<byte[], string>(new BytesComparer()).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Returns the key of an event.</summary>
    /// <param name="members">The event's members; the template's members come first.</param>
    /// <param name="json">The event.</param>
    public string GetKey(EventMembers members, ReadOnlySpan<byte> json)
    {
        Span<byte> values = stackalloc byte[MaxValueBytes];
        if (!members.TryCopy(json, template.Members.Count, values, out var length))
            return Render(members, json);
        values = values[..length];
        if (_keys.TryGetValue(values, out var known))
            return known;
        var key = Render(members, json);
        if (_keys.Dictionary.Count < MaxKeys)
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
