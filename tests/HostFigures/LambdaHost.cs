using System.Collections.Immutable;
using Functions.Tests.Aws;
using Functions.Tests.Support;
using Harness.Components;

namespace HostFigures;

/// <summary>A Lambda executable under this program's Runtime API.</summary>
internal sealed class LambdaHost : IAsyncDisposable
{
    private static readonly string Event = HttpEvents.Post(SomeOrder.Small);

    private readonly FakeRuntimeApi _api;
    private readonly ChildProcess _process;

    private LambdaHost(FakeRuntimeApi api, ChildProcess process)
    {
        _api = api;
        _process = process;
    }

    internal int ProcessId => _process.Id;

    /// <summary>From the process's start to its first question.</summary>
    internal TimeSpan Start { get; private init; }

    /// <summary>From the process's start to the first response: what the caller of a cold function waits for.</summary>
    internal TimeSpan FirstResponse { get; private init; }

    /// <summary>From the process's start to its next question: the queue has accepted the first message before it.</summary>
    internal TimeSpan FirstAccepted { get; private init; }

    internal static async Task<LambdaHost> StartAsync(string program, ImmutableDictionary<string, string> environment)
    {
        var api = await FakeRuntimeApi.StartAsync();
        var began = TimeProvider.System.GetTimestamp();
        var process = await ChildProcess.StartAsync(new ChildProcessStart(program)
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = environment.SetItem("AWS_LAMBDA_RUNTIME_API", api.Host),
        });
        await api.WaitForQuestionAsync();
        var start = TimeProvider.System.GetElapsedTime(began);
        await InvokeAsync(api);
        var first = TimeProvider.System.GetElapsedTime(began);
        await api.WaitForQuestionAsync();
        var accepted = TimeProvider.System.GetElapsedTime(began);
        return new LambdaHost(api, process) { Start = start, FirstResponse = first, FirstAccepted = accepted };
    }

    /// <summary>One invocation: from the event's hand-over to the response; the flush comes after it.</summary>
    internal async Task<TimeSpan> InvokeAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        await InvokeAsync(_api);
        var took = TimeProvider.System.GetElapsedTime(began);
        await _api.WaitForQuestionAsync();
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _api.DisposeAsync();
    }

    private static async Task InvokeAsync(FakeRuntimeApi api)
    {
        if (await api.InvokeAsync(Event) is not { Kind: "response" } answer)
            return;
        if (!answer.Body.Contains("\"statusCode\":20", StringComparison.Ordinal))
            throw new InvalidOperationException($"the function answered {answer.Body}");
    }
}
