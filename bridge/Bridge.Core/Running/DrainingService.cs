using Microsoft.Extensions.Hosting;

namespace Bridge.Core.Running;

/// <summary>
/// A stage that stops in two steps: it takes no more work at once, and what is under way may end while the host allows it,
/// after which it is aborted.
/// </summary>
internal abstract class DrainingService : BackgroundService
{
    private readonly CancellationTokenSource _abort = new();

    /// <summary>Cancelled when work under way must be given up.</summary>
    protected CancellationToken Abort => _abort.Token;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort);
        await base.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }
}
