using Telemetry.Events;

namespace Telemetry;

/// <summary>What belongs to the work under way and is added to each event that it sends; flows with the work, as <c>AsyncLocal</c> does.</summary>
public static class TelemetryContext
{
    private static readonly AsyncLocal<Request?> Current = new();
    private static bool s_used;

    /// <summary>
    /// Member <c>requestId</c> of each event built from here on, in this method and in what it calls: the platform's name of the
    /// invocation. Function hosts set it where an invocation begins; null ends it.
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

    /// <summary>The member as ready JSON with a comma in front; empty where there is none.</summary>
    internal static ReadOnlySpan<byte> RequestMember => s_used && Current.Value is { } request ? request.Member : default;

    private sealed class Request(string id)
    {
        internal string Id { get; } = id;

        internal byte[] Member { get; } = ClientMembers.Member("requestId"u8, id);
    }
}
