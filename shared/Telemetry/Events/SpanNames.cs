using System.Diagnostics;

namespace Telemetry.Events;

/// <summary>OpenTelemetry's names of a span's kind and status.</summary>
internal static class SpanNames
{
    internal static ReadOnlySpan<byte> Of(ActivityKind kind) => kind switch
    {
        ActivityKind.Server => "server"u8,
        ActivityKind.Client => "client"u8,
        ActivityKind.Producer => "producer"u8,
        ActivityKind.Consumer => "consumer"u8,
        _ => "internal"u8,
    };

    internal static ReadOnlySpan<byte> Of(ActivityStatusCode status) => status switch
    {
        ActivityStatusCode.Ok => "ok"u8,
        ActivityStatusCode.Error => "error"u8,
        _ => "unset"u8,
    };
}
