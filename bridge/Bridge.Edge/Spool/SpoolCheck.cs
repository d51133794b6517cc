using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>Opens the spool, which writes and commits into its folder, and closes it again, for <c>bridge check</c>.</summary>
internal static class SpoolCheck
{
    /// <summary>Checks the spool. A folder that another process uses is accepted, since a bridge may be running.</summary>
    /// <param name="options">Valid options with a folder.</param>
    /// <param name="key">Encrypts the batches; null for none.</param>
    /// <param name="clock">Every time.</param>
    /// <param name="timeout">How long the spool may take to open.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>Why it takes no events, in one line; null when it does.</returns>
    public static async Task<string?> RunAsync(
        SpoolOptions options, MasterKey? key, TimeProvider clock, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (IsInUse(options))
            return null;
        await using var spool = new BatchSpool(options, key, clock, NullLogger<BatchSpool>.Instance);
        await spool.WaitForRoomAsync(cancellationToken).WaitAsync(timeout, clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return spool.Problem;
    }

    private static bool IsInUse(SpoolOptions options)
    {
        try
        {
            return new SpoolFolder(options.Directory!).IsInUse;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Opening the spool gives the reason.
            return false;
        }
    }
}
