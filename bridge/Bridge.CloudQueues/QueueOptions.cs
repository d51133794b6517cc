using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>One cloud queue to receive from: the section <c>Bridge:Queues:N</c>.</summary>
internal sealed record QueueOptions
{
    /// <summary>The queue's URL. Required.</summary>
    public string? Url { get; init; }

    /// <summary><c>azure</c> or <c>sqs</c>. Required when the host name does not show it, as with emulators.</summary>
    public string? Kind { get; init; }

    /// <summary>Azure only: a storage connection string instead of an identity. A secret.</summary>
    public string? Connection { get; init; }

    /// <summary>Returns the endpoint, or null and the error.</summary>
    public QueueEndpoint? Parse(out string? error) =>
        QueueEndpoint.TryParse(Url, Kind, Connection, out var endpoint, out error) ? endpoint : null;

    /// <summary>Only the URL, since the connection string is secret.</summary>
    public override string ToString() => Url ?? "(no URL)";
}
