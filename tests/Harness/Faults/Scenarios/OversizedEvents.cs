using System.Globalization;

namespace Harness.Faults.Scenarios;

/// <summary>
/// Every tenth batch holds an event that is larger than the broker takes. The others of its batch are published; it alone becomes
/// a dead letter, in parts, with every byte.
/// </summary>
internal sealed class OversizedEvents()
    : FaultScenario("oversized-events", "an event over `max_message_size` in every tenth batch")
{
    private const int LimitBytes = 1024 * 1024;
    private const int DefaultBytes = 128 * 1024 * 1024;

    // Each replica learns the limit from a channel that the broker closes: what was unanswered there is published again.
    private const int MostArrivals = 4;

    public override async Task<FaultResult> RunAsync(
        FaultComponents components, FaultScale scale, int seed, CancellationToken cancellationToken)
    {
        await LimitAsync(components, LimitBytes, cancellationToken);
        try
        {
            return await base.RunAsync(components, scale, seed, cancellationToken);
        }
        finally
        {
            await LimitAsync(components, DefaultBytes, CancellationToken.None);
        }
    }

    protected override void Prepare(FaultRun run)
    {
        foreach (var feed in run.Feeds)
            feed.Oversize(every: 10, LimitBytes, run.DeadLetters);
    }

    protected override Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task EndAsync(FaultRun run, CancellationToken cancellationToken)
    {
        await run.UntilAllArrivedAsync(cancellationToken);
        if (run.Ledger.MostArrivals > MostArrivals)
            throw new FaultException($"an event arrived {run.Ledger.MostArrivals} times: {run.Describe()}");
    }

    private static Task LimitAsync(FaultComponents components, int bytes, CancellationToken cancellationToken) =>
        components.RabbitMq.EvaluateAsync(
            string.Create(CultureInfo.InvariantCulture, $"application:set_env(rabbit, max_message_size, {bytes})."),
            cancellationToken);
}
