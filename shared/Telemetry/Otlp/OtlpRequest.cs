namespace Telemetry.Otlp;

/// <summary>
/// Reads an export request of OTLP, of which all three kinds are built alike: resources, in them scopes, in them items; and sends each
/// item as an event of its own, under the client's options.
/// </summary>
internal static class OtlpRequest
{
    /// <exception cref="FormatException">The bytes are no such request; what was read before is sent.</exception>
    internal static void Send(ReadOnlySpan<byte> request, OtlpSignal signal, TelemetryClient client)
    {
        var reader = new ProtoReader(request);
        while (reader.MoveNext())
        {
            if (reader.Field == 1 && reader.IsBytes)
                SendResource(reader.Value, signal, client);
        }
    }

    private static void SendResource(ReadOnlySpan<byte> group, OtlpSignal signal, TelemetryClient client)
    {
        var reader = new ProtoReader(group);
        while (reader.MoveNext())
        {
            if (reader.Field == 2 && reader.IsBytes)
                SendScope(reader.Value, group, signal, client);
        }
    }

    private static void SendScope(ReadOnlySpan<byte> group, ReadOnlySpan<byte> resource, OtlpSignal signal, TelemetryClient client)
    {
        var scope = new OtlpScope(resource, Last(Last(group, 1), 1));
        var reader = new ProtoReader(group);
        while (reader.MoveNext())
        {
            if (reader.Field == 2 && reader.IsBytes)
                SendItem(reader.Value, scope, signal, client);
        }
    }

    private static void SendItem(ReadOnlySpan<byte> item, in OtlpScope scope, OtlpSignal signal, TelemetryClient client)
    {
        switch (signal)
        {
            case OtlpSignal.Traces:
                client.Send(OtlpSpans.Read(item, scope));
                break;
            case OtlpSignal.Logs:
                client.Send(OtlpLogs.Read(item, scope));
                break;
            default:
                OtlpMetrics.Send(item, scope, client);
                break;
        }
    }

    private static ReadOnlySpan<byte> Last(ReadOnlySpan<byte> message, int field)
    {
        ReadOnlySpan<byte> last = default;
        var reader = new ProtoReader(message);
        while (reader.MoveNext())
        {
            if (reader.Field == field && reader.IsBytes)
                last = reader.Value;
        }

        return last;
    }
}

/// <summary>What an export request holds.</summary>
internal enum OtlpSignal
{
    Traces,
    Metrics,
    Logs,
}
