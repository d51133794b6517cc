namespace Bridge.Core.Processing.Encryption;

/// <summary>A key that opens encrypted events. Safe for several threads; its text is its version alone.</summary>
/// <param name="version">Its name: the member <c>kver</c> of the events.</param>
internal abstract class EventKey(string version)
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>The key's name.</summary>
    public string Version { get; } = version;

    /// <summary>Decrypts what an event holds, after it has verified all of it.</summary>
    /// <param name="content">The content of the member <c>event</c>, in Base64; overwritten.</param>
    /// <param name="plain">Receives the event; at least as long as <paramref name="content"/>.</param>
    /// <returns>Bytes of the event; null when it was not encrypted with this key or was altered.</returns>
    public abstract int? Open(Span<byte> content, Span<byte> plain);

    /// <summary>The version alone.</summary>
    public override string ToString() => Version;
}
