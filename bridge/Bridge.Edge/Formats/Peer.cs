using System.Net;

namespace Bridge.Edge.Formats;

/// <summary>Who sends: an address and, over TLS with client certificates, a name.</summary>
/// <param name="Address">Null for Unix sockets.</param>
/// <param name="Zone">The time zone of its times without one.</param>
internal sealed record Peer(IPAddress? Address, TimeZoneInfo Zone)
{
    /// <summary>The address as text.</summary>
    public string? AddressText { get; } = Address?.ToString();

    /// <summary>False when it may not send.</summary>
    public bool IsAllowed { get; init; } = true;

    /// <summary>The subject of its certificate.</summary>
    public string? CertificateSubject { get; init; }
}
