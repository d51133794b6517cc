using System.Diagnostics.CodeAnalysis;

namespace Telemetry.Listening;

/// <summary>The tags that a series of measurements has in common; their order does not matter.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    internal static TagSet Overflow { get; } = new([new("otel.metric.overflow", true)]);

    internal KeyValuePair<string, object?>[] Tags { get; } = tags;

    /// <summary>Finds a series by the tags of a measurement without a copy of them.</summary>
    internal sealed class Comparer
        : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        internal static Comparer Instance { get; } = new();

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(TagSet? x, TagSet? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other.Tags.Length)
                return false;
            foreach (ref readonly var tag in alternate)
            {
                if (!Contains(other.Tags, tag))
                    return false;
            }

            return true;
        }

        public int GetHashCode([DisallowNull] TagSet obj) => GetHashCode(obj.Tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = alternate.Length;
            foreach (ref readonly var tag in alternate)
                hash ^= HashCode.Combine(tag.Key.GetHashCode(StringComparison.Ordinal), tag.Value);
            return hash;
        }

        private static bool Contains(KeyValuePair<string, object?>[] tags, in KeyValuePair<string, object?> wanted)
        {
            foreach (ref readonly var tag in tags.AsSpan())
            {
                if (string.Equals(tag.Key, wanted.Key, StringComparison.Ordinal) && Equals(tag.Value, wanted.Value))
                    return true;
            }

            return false;
        }
    }
}
