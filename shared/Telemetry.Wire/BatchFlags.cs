namespace Telemetry.Wire;

/// <summary>How a batch was sealed; every bit that is not named here is zero.</summary>
[Flags]
public enum BatchFlags : byte
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Brotli, RFC 7932.</summary>
    Brotli = 1,

    /// <summary>AES-256-GCM, see docs/wire-format.md.</summary>
    Encrypted = 2,
}
