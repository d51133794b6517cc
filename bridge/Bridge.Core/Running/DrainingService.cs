using Microsoft.Extensions.Hosting;

namespace Bridge.Core.Running;

/// <summary>
/// A stage that stops in two steps. At first it accepts no more work and lets running work finish. When the host's time is over,
/// the running work is aborted.
/// </summary>
internal abstract class DrainingService : BackgroundService
{
    private readonly CancellationTokenSource _abort = new();

    /// <summary>Cancelled when running work must end without a result.</summary>
    protected CancellationToken Abort => _abort.Token;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static abort => ((CancellationTokenSource)abort!).Cancel(), _abort);
        await base.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }
}
