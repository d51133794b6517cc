using Harness.Components;
using Harness.Demo;

namespace Local.Demo;

/// <summary>The project's own programs: two bridges that share both queues, and CreateOrder in each cloud's host.</summary>
internal sealed class DemoPrograms : IAsyncDisposable
{
    private readonly Task<BridgeProcess>[] _bridges;
    private readonly Task<IOrderFunction> _azure;
    private readonly Task<IOrderFunction> _lambda;

    private DemoPrograms(Uri rabbitMq, DemoQueue azure, DemoQueue sqs, CancellationToken cancellationToken)
    {
        var environment = BridgeQueue.BridgeEnvironment(rabbitMq, azure.Queue, sqs.Queue);
        _bridges =
            [.. Enumerable.Range(0, 2).Select(_ => BridgeProcess.StartAsync(environment, cancellationToken: cancellationToken))];
        _azure = AzureOrderFunction.StartAsync(azure.Queue, azure.Ledger.OrderService, cancellationToken);
        _lambda = LambdaOrderFunction.StartAsync(sqs.Queue, sqs.Ledger.OrderService);
    }

    public IReadOnlyList<BridgeProcess> Bridges => [.. _bridges.Select(bridge => bridge.Result)];

    public IOrderFunction Azure => _azure.Result;

    public IOrderFunction Lambda => _lambda.Result;

    /// <summary>
    /// Starts all four at once and waits until they are ready; when one fails, the others end before the exception is thrown.
    /// </summary>
    public static async Task<DemoPrograms> StartAsync(
        Uri rabbitMq, DemoQueue azure, DemoQueue sqs, CancellationToken cancellationToken)
    {
        var programs = new DemoPrograms(rabbitMq, azure, sqs, cancellationToken);
        try
        {
            await Task.WhenAll([.. programs._bridges, programs._azure, programs._lambda]);
            return programs;
        }
        catch
        {
            await programs.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Started.DisposeAsync(_azure), Started.DisposeAsync(_lambda));
        await Task.WhenAll(_bridges.Select(EndAsync));
    }

    // In order: what a bridge has received it publishes or gives back.
    private static async Task EndAsync(Task<BridgeProcess> bridge)
    {
        await ((Task)bridge).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (bridge.IsCompletedSuccessfully)
            await bridge.Result.TerminateAsync();
        await Started.DisposeAsync(bridge);
    }
}

/// <summary>One cloud's queue in the demo.</summary>
/// <param name="Queue">How to reach it.</param>
/// <param name="Ledger">What went in and what came out.</param>
internal sealed record DemoQueue(BridgeQueue Queue, QueueLedger Ledger);

/// <summary>The function CreateOrder in one cloud's host.</summary>
internal interface IOrderFunction : IAsyncDisposable
{
    /// <summary>Creates an order and gives its identity.</summary>
    /// <param name="order">The body of <c>POST /api/orders</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The function refused or failed.</exception>
    Task<string> CreateAsync(string order, CancellationToken cancellationToken);
}
