using System.CommandLine;
using Bridge.Core.Running;
using Bridge.Hosting.Http;
using Bridge.Tools;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Commands;

/// <summary><c>bridge run</c>: the bridge itself.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand("run", Help.Run, Help.RunDetails);
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Runs the bridge until a signal, or until a stage has failed.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = CommandConfiguration.ReadBridge();
        await using var app = BridgeHost.Build(options);

        // Health is served before the checks, so that an orchestrator does not restart a bridge that waits for its broker.
        await ListenAsync(app, options.Http);
        var stages = app.Services.GetRequiredService<Stages>();
        try
        {
            await stages.StartIntakesAsync(stop);
            if (!await VerifyAsync(app.Services, options, stop))
                return ExitCodes.Failed;
            await stages.StartAsync(stop);
            await stages.FailedOrAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal ended the bridge, which is no failure.
        }
        finally
        {
            await stages.StopAsync();
            await app.StopAsync(CancellationToken.None);
        }

        return stages.Dead is null ? ExitCodes.Succeeded : ExitCodes.Failed;
    }

    private static async Task ListenAsync(WebApplication app, HttpOptions http)
    {
        try
        {
            await app.StartAsync(CancellationToken.None);
        }
        catch (IOException exception)
        {
            var reason = FailureText.Redacted(exception).TrimEnd('.');
            throw new IOException($"{reason}: free {http.Url}, or give another address in {HttpOptions.Section}:Url", exception);
        }
    }

    private static async Task<bool> VerifyAsync(IServiceProvider services, BridgeOptions options, CancellationToken stop)
    {
        var checks = new BridgeChecks(options, services.GetRequiredService<TimeProvider>());
        var verification = ActivatorUtilities.CreateInstance<StartupVerification>(
            services, (Func<CancellationToken, Task<IReadOnlyList<CheckResult>>>)checks.RunAsync);
        var errors = await verification.RunAsync(stop);
        foreach (var error in errors)
            Console.Error.WriteLine($"error: {CommandErrors.OneLine(error.Error!)}");
        return errors.Count == 0;
    }
}
