using System.Runtime.InteropServices;
using System.Text.Json;
using Harness.Faults;
using Local;
using Local.Bench;
using Local.Demo;
using Local.Faults;

LocalOptions? options = null;
Func<IReadOnlyList<string>, CancellationToken, Task<int>>? command = args is [var name, ..] ? name switch
{
    "faults" => FaultSuite.RunAsync,
    "bench" => BenchSuite.RunAsync,
    "soak" => SoakCommand.RunAsync,
    AwaitingLoop.Command => AwaitingLoop.RunAsync,
    CeilingPublisher.Command => CeilingPublisher.RunAsync,
    _ => null,
} : null;
if (command is null && !LocalOptions.TryParse(args, out options))
{
    await Console.Error.WriteLineAsync(LocalOptions.Usage);
    return 2;
}

using var stopping = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    if (command is not null)
        return await command(args[1..], stopping.Token);
    return options!.ComponentsOnly
        ? await LocalComponents.RunAsync(stopping.Token)
        : await DemoRun.RunAsync(options.Once, stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 130;
}
catch (Exception error) when (error is InvalidOperationException or IOException or TimeoutException or HttpRequestException
    or JsonException or FaultException)
{
    await Console.Error.WriteLineAsync($"local: {error.Message}");
    return 1;
}

// The default action would end the process before it has stopped what it started.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
