using Harness.Components;

namespace Local.Demo;

/// <summary>The broker and both clouds' queues.</summary>
internal sealed class LocalComponents : IAsyncDisposable
{
    /// <summary>The name of both queues.</summary>
    public const string Queue = "telemetry";

    private readonly Task<RabbitMqServer> _rabbitMq;
    private readonly Task<AzuriteServer> _azurite;
    private readonly Task<FauxqsServer> _fauxqs;

    private LocalComponents(CancellationToken cancellationToken)
    {
        _rabbitMq = RabbitMqServer.StartAsync(cancellationToken);
        _azurite = AzuriteServer.StartAsync(cancellationToken: cancellationToken);
        _fauxqs = FauxqsServer.StartAsync(cancellationToken: cancellationToken);
    }

    public RabbitMqServer RabbitMq => _rabbitMq.Result;

    public AzuriteServer Azurite => _azurite.Result;

    public FauxqsServer Fauxqs => _fauxqs.Result;

    /// <summary>
    /// Starts all three at once, and makes a queue in each cloud; when one fails, the others end before the exception is thrown.
    /// </summary>
    public static async Task<LocalComponents> StartAsync(CancellationToken cancellationToken)
    {
        var components = new LocalComponents(cancellationToken);
        try
        {
            await Task.WhenAll(components._rabbitMq, components._azurite, components._fauxqs);
            await components.Azurite.CreateQueueAsync(Queue, cancellationToken);
            await components.Fauxqs.CreateQueueAsync(Queue, cancellationToken: cancellationToken);
            return components;
        }
        catch
        {
            await components.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs them for a developer's own programs, until the process is asked to end.</summary>
    /// <returns>0, the exit code.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var components = await StartAsync(cancellationToken);
        Console.WriteLine(Addresses.Of(components));
        Console.WriteLine("Ready. Ctrl-C ends it.");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(Started.DisposeAsync(_rabbitMq), Started.DisposeAsync(_azurite), Started.DisposeAsync(_fauxqs));
}

/// <summary>Ends what was started, or was about to be.</summary>
internal static class Started
{
    /// <summary>Waits for the start and disposes what came of it; a failed start left nothing behind.</summary>
    public static async Task DisposeAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully)
            await starting.Result.DisposeAsync();
    }
}
