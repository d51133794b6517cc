namespace Harness.Faults;

/// <summary>
/// Lets the feeds send only so far, so that events are left to flow after every fault, however fast the machine is. Safe for use
/// by several threads.
/// </summary>
internal sealed class Flow
{
    private readonly Lock _gate = new();
    private double _allowed;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets events pass up to this share of all; never takes back.</summary>
    public void Allow(double share) => Change(allowed => Math.Max(allowed, share));

    /// <summary>Lets a further share pass.</summary>
    public void AllowMore(double share) => Change(allowed => allowed + share);

    /// <summary>Waits until this share may be sent.</summary>
    public async Task PassAsync(double share, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (share <= _allowed)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Func<double, double> change)
    {
        lock (_gate)
        {
            _allowed = change(_allowed);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
