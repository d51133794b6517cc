namespace Harness.Components;

/// <summary>
/// A cloud's queue service on loopback. It can be killed, frozen, and started again on the port it had; disposing it ends it and
/// removes its files.
/// </summary>
public abstract class QueueEmulator : IAsyncDisposable
{
    private readonly ComponentProcess _process;

    private protected QueueEmulator(string name, bool keepsQueues)
    {
        KeepsQueues = keepsQueues;
        Folder = LocalFolders.NewRunFolder(name);
        _process = new ComponentProcess(Port, Start);
    }

    /// <summary>What its process has used.</summary>
    internal ProcessUsage Usage => _process.Usage;

    private protected int Port { get; } = FreePort.Next();

    /// <summary>True keeps queues in its folder, false in memory.</summary>
    private protected bool KeepsQueues { get; }

    private protected string Folder { get; }

    private protected HttpClient Http { get; } = Loopback.NewHttpClient();

    /// <summary>Ends the service at once (SIGKILL).</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => _process.KillAsync(cancellationToken);

    /// <summary>Ends the service in order (SIGTERM).</summary>
    public Task TerminateAsync(CancellationToken cancellationToken = default) => _process.TerminateAsync(cancellationToken);

    /// <summary>Starts the service on the port it had, empty unless it keeps its queues.</summary>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public Task StartAgainAsync(CancellationToken cancellationToken = default) => _process.StartAsync(cancellationToken);

    /// <summary>Freezes the service (SIGSTOP).</summary>
    public void Freeze() => _process.Send(Signal.Stop);

    /// <summary>Lets a frozen service go on.</summary>
    public void Thaw() => _process.Send(Signal.Continue);

    /// <summary>Ends the service and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _process.DisposeAsync();
        Http.Dispose();
        LocalFolders.RemoveRunFolder(Folder);
    }

    private protected abstract ChildProcessStart Start();

    private protected static async Task<T> StartedAsync<T>(T emulator, CancellationToken cancellationToken)
        where T : QueueEmulator
    {
        try
        {
            await emulator.StartAgainAsync(cancellationToken);
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }
}
