using Harness.Components;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

/// <summary>One Azurite for all facts of its collection.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await AzuriteServer.StartAsync();

    /// <summary>A queue that does not exist yet, with the server's own connection string.</summary>
    public QueueEndpoint NewQueue() => NewQueue(_server.ConnectionString);

    /// <summary>A queue that does not exist yet, with another connection string.</summary>
    public QueueEndpoint NewQueue(string connection) => Endpoints.Azure(_server.QueueUrl($"q-{Guid.NewGuid():N}"), connection);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
