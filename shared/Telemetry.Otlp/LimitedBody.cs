namespace Telemetry.Otlp;

/// <summary>
/// The body of a request in memory. Bytes beyond the limit are not kept; <see cref="IsOverLimit"/> tells of them.
/// </summary>
internal sealed class LimitedBody : MemoryStream
{
    /// <summary>The largest body, in bytes: 64 MiB.</summary>
    internal const int Most = 64 * 1024 * 1024;

    /// <summary>True when the body was larger than the limit.</summary>
    internal bool IsOverLimit { get; private set; }

    internal ReadOnlySpan<byte> Bytes => GetBuffer().AsSpan(0, (int)Length);

    /// <inheritdoc/>
    // The base class calls this for all writes of several bytes.
    public override void Write(byte[] buffer, int offset, int count)
    {
        IsOverLimit |= count > Most - Length;
        if (!IsOverLimit)
            base.Write(buffer, offset, count);
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value], 0, 1);
}
