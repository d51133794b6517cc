namespace Harness.Components;

/// <summary>
/// The process behind a component: it can be killed, ended in order, frozen, and started again on the port it had.
/// </summary>
/// <param name="port">Ready is what takes connections here.</param>
/// <param name="start">How to start it, each time.</param>
internal sealed class ComponentProcess(int port, Func<ChildProcessStart> start) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private ChildProcess? _process;

    /// <summary>Starts it, after the end of the process that it had, and waits until it takes connections.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start; the last lines of its output are in the message.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await KillAsync(cancellationToken);
        _process = await ChildProcess.StartAsync(start());
        await Loopback.WaitForPortAsync(port, _process, StartTimeout, cancellationToken);
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public Task KillAsync(CancellationToken cancellationToken) => EndAsync(process => process.KillAsync(cancellationToken));

    /// <summary>Asks it to end (SIGTERM), and waits until it has written what it keeps.</summary>
    public Task TerminateAsync(CancellationToken cancellationToken) =>
        EndAsync(process => process.TerminateAsync(cancellationToken: cancellationToken));

    /// <summary>What the process that runs now has used; zeros while none does.</summary>
    public ProcessUsage Usage => _process is { } process ? ProcessUsage.Of(process.Id) : default;

    /// <summary>Sends it a signal; while it does not run, nothing.</summary>
    public void Send(Signal signal) => _process?.SendSignal(signal);

    public async ValueTask DisposeAsync() => await KillAsync(CancellationToken.None);

    private async Task EndAsync(Func<ChildProcess, Task> end)
    {
        if (_process is null)
            return;
        await end(_process);
        await _process.DisposeAsync();
        _process = null;
    }
}
