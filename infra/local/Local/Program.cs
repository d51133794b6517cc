using System.Runtime.InteropServices;
using System.Text.Json;
using Local.Demo;
using Local.Faults;

LocalOptions? options = null;
var isFaults = args is ["faults", ..];
if (!isFaults && !LocalOptions.TryParse(args, out options))
{
    await Console.Error.WriteLineAsync(LocalOptions.Usage);
    return 2;
}

using var stopping = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    if (isFaults)
        return await FaultSuite.RunAsync(args[1..], stopping.Token);
    return options!.ComponentsOnly
        ? await ComponentsRun.RunAsync(stopping.Token)
        : await DemoRun.RunAsync(options.Once, stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 130;
}
catch (Exception error) when (error is InvalidOperationException or IOException or TimeoutException or HttpRequestException or JsonException)
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
