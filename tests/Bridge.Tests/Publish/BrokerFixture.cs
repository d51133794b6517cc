using Local.Components;

namespace Bridge.Tests.Publish;

/// <summary>One broker for all tests of this assembly that need one; each works in a virtual host of its own.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private int _virtualHosts;

    public RabbitMqServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RabbitMqServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A new virtual host with the exchange <c>telemetry</c> (topic), to which nothing is bound.</summary>
    internal async Task<VirtualHost> CreateVirtualHostAsync()
    {
        var uri = await Server.CreateVirtualHostAsync($"test-{Interlocked.Increment(ref _virtualHosts)}");
        return await VirtualHost.OpenAsync(uri);
    }
}

[CollectionDefinition(Name)]
public sealed class BrokerTests : ICollectionFixture<BrokerFixture>
{
    public const string Name = "broker";
}
