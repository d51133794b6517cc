using Bridge.RabbitMq.Connections;
using Harness.Components;

namespace Bridge.Tests.Publish;

/// <summary>One broker for the tests of a collection; each works in a virtual host of its own.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private int _virtualHosts;

    public RabbitMqServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RabbitMqServer.StartAsync();

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A new virtual host with the exchange <c>telemetry</c> (topic), to which nothing is bound.</summary>
    internal async Task<VirtualHost> CreateVirtualHostAsync()
    {
        var uri = await Server.CreateVirtualHostAsync($"test-{Interlocked.Increment(ref _virtualHosts)}");
        return await VirtualHost.OpenAsync(uri);
    }

    /// <summary>Makes the broker listen with TLS as well, until it is restarted.</summary>
    /// <param name="authority">Issues its certificate.</param>
    /// <returns>How to publish to a virtual host that way.</returns>
    internal async Task<Func<RabbitMqOptions, RabbitMqOptions>> ListenWithTlsAsync(CertificateAuthority authority)
    {
        var port = await Server.ListenWithTlsAsync(authority.IssueForServer("localhost"));
        return options => options with
        {
            Uri = new UriBuilder(options.Uri) { Scheme = "amqps", Host = "localhost", Port = port }.Uri.AbsoluteUri,
            CaFile = authority.CertificateFile,
        };
    }
}

[Trait("Lane", "full")]
[CollectionDefinition(Name)]
public sealed class BrokerTests : ICollectionFixture<BrokerFixture>
{
    public const string Name = "broker";
}
