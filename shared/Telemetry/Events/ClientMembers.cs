using System.Diagnostics;
using System.Text.Json;

namespace Telemetry.Events;

/// <summary>What a client adds to every event that it builds: who sent it, and the trace that it belongs to.</summary>
internal sealed class ClientMembers(string service, string? release, string instance)
{
    internal static readonly JsonEncodedText TraceParent = JsonEncodedText.Encode("traceparent");

    private static readonly JsonEncodedText ServiceName = JsonEncodedText.Encode("service");
    private static readonly JsonEncodedText ReleaseName = JsonEncodedText.Encode("release");
    private static readonly JsonEncodedText InstanceName = JsonEncodedText.Encode("instance");

    private readonly JsonEncodedText _service = JsonEncodedText.Encode(service);
    private readonly JsonEncodedText? _release = release is null ? null : JsonEncodedText.Encode(release);
    private readonly JsonEncodedText _instance = JsonEncodedText.Encode(instance);

    internal void WriteTo(Utf8JsonWriter json, bool withTrace)
    {
        if (withTrace && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            json.WriteString(TraceParent, id);
        json.WriteString(ServiceName, _service);
        if (_release is { } known)
            json.WriteString(ReleaseName, known);
        json.WriteString(InstanceName, _instance);
    }
}
