using Harness.Components;

namespace Functions.Tests.Support;

/// <summary>An Azure Storage Queue service that the tests of a class share.</summary>
public sealed class SharedAzurite : IAsyncLifetime
{
    private AzuriteServer? _server;

    public AzuriteServer Server => _server ?? throw new InvalidOperationException("Azurite did not start");

    public async ValueTask InitializeAsync() => _server = await AzuriteServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>An SQS that the tests of a class share.</summary>
public sealed class SharedFauxqs : IAsyncLifetime
{
    private FauxqsServer? _server;

    public FauxqsServer Server => _server ?? throw new InvalidOperationException("fauxqs did not start");

    public async ValueTask InitializeAsync() => _server = await FauxqsServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
