using System.Diagnostics;
using Telemetry.Events;

namespace Telemetry;

/// <summary>The members that a client adds to every event: the trace, the request and the sender.</summary>
internal sealed class ClientMembers
{
    // JSON with a comma in front; it does not change while the client lives.
    private readonly byte[] _sender;
    private readonly (string Key, string Name)[] _baggage;

    internal ClientMembers(TelemetryOptions options)
    {
        _sender =
        [
            .. Member("service"u8, options.Service), .. Member("release"u8, options.Release),
            .. Member("instance"u8, options.Instance), .. Member("function"u8, options.Function),
            .. Member("region"u8, options.Region), .. Member("commit"u8, options.Commit),
        ];
        _baggage = options.Baggage.Count == 0 ? [] : [.. options.Baggage.Select(key => (key, $"baggage.{key}"))];
    }

    /// <summary>Adds the members and ends the event.</summary>
    /// <returns>The event's JSON, valid until the writer is returned.</returns>
    internal ReadOnlySpan<byte> Complete(EventWriter writer)
    {
        // An event that names its own trace does not belong to the current activity: it is a finished span or a sum over many
        // traces.
        var activity = writer.HasOwnTrace ? writer.Activity : Activity.Current;
        WriteBaggage(writer.Json, activity);
        writer.EndAttributes();
        if (!writer.HasOwnTrace && activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            writer.Json.WriteString(EventWriter.TraceParent, id);
        writer.Json.Append(_sender);
        if (!writer.HasOwnTrace || activity is not null)
            writer.Json.Append(TelemetryContext.RequestMember);
        return writer.End();
    }

    /// <summary>A member as JSON with a comma in front; empty when the value is null.</summary>
    internal static byte[] Member(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            return [];
        var writer = EventWriter.Take();
        writer.Json.WriteString(name, value);
        byte[] member = [(byte)',', .. writer.Json.Written];
        writer.Return();
        return member;
    }

    private void WriteBaggage(JsonOutput json, Activity? activity)
    {
        if (_baggage.Length == 0 || activity is null)
            return;
        foreach (var (key, name) in _baggage)
        {
            if (activity.GetBaggageItem(key) is { } value)
                json.WriteString(name, value);
        }
    }
}
