using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Harness.Components;

/// <summary>
/// A running program that this process started, watches and ends; it dies with this process, however that ends.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan TerminateTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutputTimeout = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly OutputLines _lines;
    private readonly Task _output;

    private ChildProcess(string name, Process process, OutputLines lines)
    {
        Name = name;
        Id = process.Id;
        _process = process;
        _lines = lines;
        _output = ReadOutputAsync();
    }

    /// <summary>The name that errors use.</summary>
    public string Name { get; }

    /// <summary>The program's own process id.</summary>
    public int Id { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code; 128 + signal when a signal ended it.</summary>
    /// <exception cref="InvalidOperationException">It still runs.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last 5,000 lines of output and errors, in the order of arrival.</summary>
    public IReadOnlyList<string> Lines => _lines.All;

    /// <summary>Starts a program with standard input closed.</summary>
    /// <exception cref="FileNotFoundException">The executable is missing.</exception>
    public static async Task<ChildProcess> StartAsync(ChildProcessStart start)
    {
        var lines = new OutputLines(start.LogFile);
        try
        {
            var process = await ChildStarter.StartAsync(start);
            process.StandardInput.Close();
            return new ChildProcess(start.Name, process, lines);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a line of output or errors, one that was written already included.</summary>
    /// <exception cref="TimeoutException">No such line came in time.</exception>
    /// <exception cref="InvalidOperationException">The output ended without it.</exception>
    public async Task<string> WaitForLineAsync(
        Func<string, bool> predicate, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var found = _lines.FirstAsync(predicate);
        try
        {
            return await found.WaitAsync(timeout, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException(
                $"{Name} did not write the awaited line within {timeout.TotalSeconds:0.#} s:{Tail()}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{Name} ended without the awaited line:{Tail()}", error);
        }
    }

    /// <summary>Sends a signal; to a process that has ended, nothing.</summary>
    public void SendSignal(Signal signal)
    {
        if (!_process.HasExited)
            _ = SendSignal(Id, (int)signal);
    }

    /// <summary>Waits for the end; <see cref="Lines"/> are then complete.</summary>
    /// <returns>The exit code; 128 + signal when a signal ended it.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(timeout, TimeProvider.System, cancellationToken);
        // A grandchild may hold the streams open: its output is not waited for.
        await Task.WhenAny(_output, Task.Delay(OutputTimeout, TimeProvider.System, cancellationToken));
        return _process.ExitCode;
    }

    /// <summary>Asks the process to end, and kills it when it does not.</summary>
    /// <param name="timeout">How long it may take to end; ten seconds when null.</param>
    /// <param name="cancellationToken">Ends the wait; the process may live on.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        SendSignal(Signal.Terminate);
        // A frozen process takes the signal only when it goes on.
        SendSignal(Signal.Continue);
        try
        {
            return await WaitForExitAsync(timeout ?? TerminateTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await KillAsync(cancellationToken);
        }
    }

    /// <summary>Kills the process at once and waits until it is gone.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> KillAsync(CancellationToken cancellationToken = default)
    {
        SendSignal(Signal.Kill);
        return WaitForExitAsync(KillTimeout, cancellationToken);
    }

    /// <summary>The last lines, each on a line of its own, for an error's message.</summary>
    public string Tail() => string.Concat(Lines.TakeLast(20).Select(line => $"{Environment.NewLine}  {line}"));

    /// <summary>Ends the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        _process.Dispose();
        _lines.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private async Task ReadOutputAsync()
    {
        await Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));
        _lines.Dispose();
    }

    private async Task CopyAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                _lines.Add(line);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Disposed while a grandchild still held the stream.
        }
    }
}
