using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

internal static class Endpoints
{
    public static QueueEndpoint Azure(Uri url, string? connection) =>
        QueueEndpoint.TryParse(url.ToString(), "azure", connection, out var endpoint, out var error)
            ? endpoint
            : throw new ArgumentException(error, nameof(url));
}
