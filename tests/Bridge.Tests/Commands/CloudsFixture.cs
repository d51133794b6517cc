using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>Both clouds' queues on loopback, for the tests of a collection or a class.</summary>
public sealed class CloudsFixture : IAsyncLifetime
{
    private int _queues;

    public AzuriteServer Azure { get; private set; } = null!;

    public FauxqsServer Aws { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Azure = await AzuriteServer.StartAsync();
        Aws = await FauxqsServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Azure.DisposeAsync();
        await Aws.DisposeAsync();
    }

    /// <summary>A new queue of the kind <c>azure</c> or <c>sqs</c>.</summary>
    internal async Task<BridgeQueue> CreateAsync(string kind)
    {
        var name = $"telemetry-{Interlocked.Increment(ref _queues)}";
        if (kind is "azure")
        {
            await Azure.CreateQueueAsync(name);
            return BridgeQueue.Of(Azure, name);
        }

        await Aws.CreateQueueAsync(name);
        return BridgeQueue.Of(Aws, name);
    }
}
