using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Harness.Components;

/// <summary>
/// Starts processes that die with this one, even when it is killed, and that a terminal's Ctrl-C does not reach.
/// </summary>
internal static class ChildStarter
{
    // The kernel sends the parent-death signal when the *thread* that started the child ends, and pool threads come
    // and go: one thread that lives as long as the process starts them all.
    private static readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> Requests = [];

    static ChildStarter() => new Thread(Work) { IsBackground = true, Name = "child starter" }.Start();

    /// <summary>Starts the process with its three streams redirected.</summary>
    /// <exception cref="InvalidOperationException">It could not be started.</exception>
    public static Task<Process> StartAsync(ChildProcessStart start)
    {
        // setpriv would report a missing file only through the exit code.
        if (!File.Exists(start.FileName))
            throw new FileNotFoundException($"'{start.FileName}' is missing: cannot start {start.Name}", start.FileName);
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((InfoOf(start), started));
        return started.Task;
    }

    private static ProcessStartInfo InfoOf(ChildProcessStart start)
    {
        // All three wrappers end in exec: the process keeps the id that is known here. A shell's background job ignores
        // interrupts, its children inherit that, and .NET leaves an ignored signal ignored: hence the last of them.
        var info = new ProcessStartInfo("/usr/bin/setsid")
        {
            UseShellExecute = false,
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in Wrapped(start))
            info.ArgumentList.Add(argument);
        info.Environment.Clear();
        foreach (var (name, value) in ChildProcessStart.CleanEnvironment)
            info.Environment[name] = value;
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        return info;
    }

    private static string[] Wrapped(ChildProcessStart start) =>
    [
        "/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/usr/bin/env", "--default-signal=INT",
        start.FileName, .. start.Arguments,
    ];

    private static void Work()
    {
        foreach (var (info, started) in Requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info) ?? throw new InvalidOperationException($"'{info.FileName}' did not start"));
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        }
    }
}
