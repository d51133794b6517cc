using Harness.Components;

namespace Integration.Tests.EndToEnd;

/// <summary>One broker and both clouds' emulators for all tests of the collection.</summary>
public sealed class RoadComponents : IAsyncLifetime
{
    private RabbitMqServer? _rabbitMq;
    private AzuriteServer? _azurite;
    private FauxqsServer? _fauxqs;

    public RabbitMqServer RabbitMq => _rabbitMq!;

    public AzuriteServer Azurite => _azurite!;

    public FauxqsServer Fauxqs => _fauxqs!;

    public async ValueTask InitializeAsync()
    {
        // The tests' own SQS client takes its credentials as every caller's does.
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);

        var (rabbitMq, azurite, fauxqs) = (RabbitMqServer.StartAsync(), AzuriteServer.StartAsync(), FauxqsServer.StartAsync());
        _azurite = await azurite;
        _fauxqs = await fauxqs;
        _rabbitMq = await rabbitMq;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (IAsyncDisposable?[])[_rabbitMq, _azurite, _fauxqs])
        {
            if (server is not null)
                await server.DisposeAsync();
        }
    }
}
