using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.Core.Publishing;

/// <summary>
/// Retries publications that no other replica can take over: batches assembled here, chunks that return to their partition, and
/// the contents of a spool.
/// </summary>
internal sealed partial class PublishRetry(ILogger<PublishRetry> log, TimeProvider clock, Random random)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    /// <summary>Repeats an attempt while it fails with a <see cref="PublishException"/>.</summary>
    /// <param name="name">Name for the log; never a payload.</param>
    /// <param name="attempt">Makes one attempt.</param>
    /// <param name="cancellationToken">Ends the wait between two attempts.</param>
    public async Task<T> RunAsync<T>(string name, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(FirstDelay, LongestDelay, random);
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (PublishException e)
            {
                var delay = backoff.Next();
                Retrying(log, name, delay, e.Message);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Name} could not be published and is tried again in {Delay}: {Reason}")]
    private static partial void Retrying(ILogger logger, string name, TimeSpan delay, string reason);
}
