using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Telemetry.Events;

/// <summary>What a client adds to every event that it builds: the trace and the request that it belongs to, and who sent it.</summary>
internal sealed class ClientMembers
{
    internal static readonly JsonEncodedText TraceParent = JsonEncodedText.Encode("traceparent");

    // Ready JSON with a comma in front: these do not change while the client lives.
    private readonly byte[] _sender;
    private readonly (string Key, JsonEncodedText Name)[] _baggage;

    internal ClientMembers(TelemetryOptions options)
    {
        _sender = Encoding.UTF8.GetBytes(
            Member("service", options.Service) + Member("release", options.Release) + Member("instance", options.Instance)
            + Member("function", options.Function) + Member("region", options.Region) + Member("commit", options.Commit));
        _baggage = [.. options.Baggage.Select(key => (key, JsonEncodedText.Encode($"baggage.{key}")))];
    }

    /// <summary>Adds the baggage that was asked for to the attributes.</summary>
    internal void WriteAttributes(Utf8JsonWriter json, Activity? activity)
    {
        if (_baggage.Length == 0 || activity is null)
            return;
        foreach (var (key, name) in _baggage)
        {
            if (activity.GetBaggageItem(key) is { } value)
                json.WriteString(name, value);
        }
    }

    /// <summary>Adds the members behind the attributes.</summary>
    internal void WriteTo(EventWriter writer, Activity? activity)
    {
        if (!writer.HasOwnTrace && activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            writer.Append(",\"traceparent\":\""u8);
            writer.AppendAscii(id);
            writer.Append("\""u8);
        }

        writer.Append(_sender);
        writer.Append(TelemetryContext.RequestMember);
    }

    private static string Member(string name, string? value) => value is null ? "" : $",\"{name}\":\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
