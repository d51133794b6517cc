using System.Buffers;

namespace Telemetry.Wire;

/// <summary>What became of a chunk, with the tokens of every chunk that it concerns.</summary>
/// <typeparam name="TToken">What settles a chunk's message.</typeparam>
public sealed record Assembly<TToken>
{
    private Assembly(AssemblyState state, IReadOnlyList<TToken> tokens)
    {
        State = state;
        Tokens = tokens;
    }

    /// <summary>What became of it.</summary>
    public AssemblyState State { get; }

    /// <summary>Of all chunks when complete or given up, of the one chunk when it is a duplicate; empty while held.</summary>
    public IReadOnlyList<TToken> Tokens { get; }

    /// <summary>A header of the complete batch.</summary>
    public ChunkHeader Header { get; private init; }

    /// <summary>
    /// The sealed bytes of the complete batch: the slices as they were handed in, so that they last as long as these; else empty.
    /// </summary>
    public ReadOnlySequence<byte> Sealed { get; private init; }

    /// <summary>Why the chunks are refused; else null.</summary>
    public Refusal? Refusal { get; private init; }

    internal static Assembly<TToken> Held { get; } = new(AssemblyState.Held, []);

    internal static Assembly<TToken> Duplicate(TToken token) => new(AssemblyState.Duplicate, [token]);

    internal static Assembly<TToken> Refused(Refusal refusal, IReadOnlyList<TToken> tokens) =>
        new(AssemblyState.Refused, tokens) { Refusal = refusal };

    internal static Assembly<TToken> Complete(ChunkHeader header, ReadOnlySequence<byte> bytes, IReadOnlyList<TToken> tokens) =>
        new(AssemblyState.Complete, tokens) { Header = header, Sealed = bytes };
}
