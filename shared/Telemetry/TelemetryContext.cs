using Telemetry.Events;

namespace Telemetry;

/// <summary>
/// The context of the current invocation, added to each event that is built in it. It flows like an <c>AsyncLocal</c>.
/// </summary>
public static class TelemetryContext
{
    private static readonly AsyncLocal<Request?> Current = new();
    private static bool s_used;

    /// <summary>
    /// The platform's identity of the invocation. It becomes the member <c>requestId</c> of each event that is built afterwards
    /// in this method and in the methods that it calls. Function hosts set it when an invocation begins; null removes it.
    /// </summary>
    public static string? RequestId
    {
        get => Current.Value?.Id;
        set
        {
            s_used = true;
            Current.Value = value is null ? null : new Request(value);
        }
    }

    /// <summary>The member as JSON with a comma in front; empty without a request.</summary>
    internal static ReadOnlySpan<byte> RequestMember => s_used && Current.Value is { } request ? request.Member : default;

    private sealed class Request(string id)
    {
        internal string Id { get; } = id;

        internal byte[] Member { get; } = ClientMembers.Member("requestId"u8, id);
    }
}
