using System.Collections.Immutable;
using Harness.Components;
using Telemetry.Queues;

namespace Functions.Tests.Support;

/// <summary>A queue of an emulator: what a function needs to send there, and what a test needs to look into it.</summary>
internal sealed class EmulatedQueue : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly IQueueReceiver _receiver;

    private EmulatedQueue(BridgeQueue queue, IQueueConnector connector)
    {
        Assert.True(QueueEndpoint.TryParse($"{queue.Url}", queue.Kind, queue.Connection, out var endpoint, out var error), error);
        _receiver = connector.OpenReceiver(endpoint, TimeProvider.System);
        Url = queue.Url;
        SenderEnvironment = queue.SenderEnvironment().SetItem("TELEMETRY_SERVICE", "orders");
    }

    public Uri Url { get; }

    /// <summary>The environment of a function that sends to it.</summary>
    public ImmutableDictionary<string, string> SenderEnvironment { get; }

    public static async Task<EmulatedQueue> CreateAsync(AzuriteServer azurite)
    {
        var name = NewName();
        await azurite.CreateQueueAsync(name);
        return new EmulatedQueue(BridgeQueue.Of(azurite, name), new Telemetry.Azure.AzureQueueConnector());
    }

    public static async Task<EmulatedQueue> CreateAsync(FauxqsServer fauxqs)
    {
        var name = NewName();
        await fauxqs.CreateQueueAsync(name);
        return new EmulatedQueue(BridgeQueue.Of(fauxqs, name), new Telemetry.Aws.SqsQueueConnector());
    }

    public Task<long> CountAsync() => _receiver.GetDepthAsync(CancellationToken.None);

    /// <summary>Takes what is there now, without waiting for more.</summary>
    public async Task<IReadOnlyList<byte[]>> TakeAsync()
    {
        var all = new List<byte[]>();
        while (await _receiver.ReceiveAsync(_receiver.MaxReceive, Lease, TimeSpan.Zero, CancellationToken.None)
            is { Count: > 0 } messages)
        {
            all.AddRange(messages.Select(message => message.Text.ToArray()));
        }

        return all;
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    private static string NewName() => $"telemetry-{Guid.NewGuid():N}";
}
