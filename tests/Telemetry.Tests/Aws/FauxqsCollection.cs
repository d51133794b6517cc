using Harness.Components;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>Facts that share one fauxqs, each with queues of its own.</summary>
[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class FauxqsCollection : ICollectionFixture<FauxqsFixture>
{
    public const string Name = "fauxqs";
}

/// <summary>An SQS emulator on loopback.</summary>
public sealed class FauxqsFixture : IAsyncLifetime
{
    public FauxqsServer Server { get; private set; } = null!;

    /// <summary>A queue that does not exist yet.</summary>
    public QueueEndpoint NewQueue() => EndpointOf(Server.QueueUrl($"q-{Guid.NewGuid():N}"));

    /// <summary>A queue that exists.</summary>
    public async Task<QueueEndpoint> CreateQueueAsync(int maximumMessageSize = 262_144) =>
        EndpointOf(await Server.CreateQueueAsync($"q-{Guid.NewGuid():N}", maximumMessageSize));

    public async ValueTask InitializeAsync() => Server = await FauxqsServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        // Null when it did not start.
        if (Server is not null)
            await Server.DisposeAsync();
    }

    private static QueueEndpoint EndpointOf(Uri url) =>
        QueueEndpoint.TryParse(url.ToString(), "sqs", null, out var endpoint, out var error)
            ? endpoint
            : throw new InvalidOperationException(error);
}
