using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Telemetry.Events;

/// <summary>What a client adds to every event that it builds: the trace and the request that it belongs to, and who sent it.</summary>
internal sealed class ClientMembers
{
    // Ready JSON with a comma in front: these do not change while the client lives.
    private readonly byte[] _sender;
    private readonly (string Key, string Name)[] _baggage;

    internal ClientMembers(TelemetryOptions options)
    {
        var sender = new StringBuilder();
        AppendMember(sender, "service", options.Service);
        AppendMember(sender, "release", options.Release);
        AppendMember(sender, "instance", options.Instance);
        AppendMember(sender, "function", options.Function);
        AppendMember(sender, "region", options.Region);
        AppendMember(sender, "commit", options.Commit);
        _sender = Encoding.UTF8.GetBytes(sender.ToString());
        _baggage = options.Baggage.Count == 0 ? [] : [.. options.Baggage.Select(key => (key, $"baggage.{key}"))];
    }

    /// <summary>Adds the baggage that was asked for to the attributes.</summary>
    internal void WriteAttributes(JsonOutput json, Activity? activity)
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
            writer.Json.WriteString(TraceParent, id);
        }

        writer.Json.Append(_sender);
        if (!writer.HasOwnTrace || activity is not null)
            writer.Json.Append(TelemetryContext.RequestMember);
    }

    internal static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    private static void AppendMember(StringBuilder json, string name, string? value)
    {
        if (value is not null)
            json.Append(",\"").Append(name).Append("\":\"").Append(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value).Append('"');
    }
}
