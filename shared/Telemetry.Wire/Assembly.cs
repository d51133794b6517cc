using System.Buffers;

namespace Telemetry.Wire;

/// <summary>The result of adding a chunk or of a time-out, with the tokens of all chunks that it settles.</summary>
/// <typeparam name="TToken">What settles a chunk's message.</typeparam>
public sealed record Assembly<TToken>
{
    private Assembly(AssemblyState state, IReadOnlyList<TToken> tokens)
    {
        State = state;
        Tokens = tokens;
    }

    /// <summary>The result.</summary>
    public AssemblyState State { get; }

    /// <summary>
    /// The tokens of all chunks of a complete or refused batch, the token of a duplicate chunk, or none while chunks are missing.
    /// </summary>
    public IReadOnlyList<TToken> Tokens { get; }

    /// <summary>A header of the complete batch.</summary>
    public ChunkHeader Header { get; private init; }

    /// <summary>
    /// The sealed bytes of the complete batch, else empty. They are the slices that were added, without a copy, so they are valid
    /// as long as the slices are.
    /// </summary>
    public ReadOnlySequence<byte> Sealed { get; private init; }

    /// <summary>The reason for which the chunks are refused; else null.</summary>
    public Refusal? Refusal { get; private init; }

    internal static Assembly<TToken> Held { get; } = new(AssemblyState.Held, []);

    internal static Assembly<TToken> Duplicate(TToken token) => new(AssemblyState.Duplicate, [token]);

    internal static Assembly<TToken> Refused(Refusal refusal, IReadOnlyList<TToken> tokens) =>
        new(AssemblyState.Refused, tokens) { Refusal = refusal };

    internal static Assembly<TToken> Complete(ChunkHeader header, ReadOnlySequence<byte> bytes, IReadOnlyList<TToken> tokens) =>
        new(AssemblyState.Complete, tokens) { Header = header, Sealed = bytes };
}

/// <summary>The result for a chunk that was added to a <see cref="BatchAssembler{TToken}"/>.</summary>
public enum AssemblyState
{
    /// <summary>The chunk is kept until its batch is complete.</summary>
    Held,

    /// <summary>All chunks of the batch have come.</summary>
    Complete,

    /// <summary>The same chunk, with the same bytes, is kept already.</summary>
    Duplicate,

    /// <summary>The chunks must be dead-lettered with the reason.</summary>
    Refused,
}
