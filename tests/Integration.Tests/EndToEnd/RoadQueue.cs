using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Harness.Components;
using Harness.Faults;
using Telemetry.Queues;

namespace Integration.Tests.EndToEnd;

/// <summary>One cloud's queue, and ways to put something into it.</summary>
internal sealed partial class RoadQueue(BridgeQueue queue) : IAsyncDisposable
{
    private static readonly TimeSpan SendPatience = TimeSpan.FromMinutes(4);

    private readonly ConnectedQueue _queue = new(queue);

    /// <summary>How a bridge and a sender reach it.</summary>
    public BridgeQueue Queue => _queue.Queue;

    /// <summary><c>azure</c> or <c>sqs</c>.</summary>
    public string Kind => _queue.Kind;

    /// <summary>What it takes.</summary>
    public QueueLimits Limits => _queue.Limits;

    /// <summary>Messages stored, leased ones included.</summary>
    public Task<long> DepthAsync() => _queue.DepthAsync();

    /// <summary>Waits until every message is deleted.</summary>
    public Task UntilEmptyAsync(TimeSpan patience, Func<string> problem) => Eventually.HoldsAsync(
        async () => await DepthAsync() == 0, patience, async () =>
            $"{await DepthAsync()} messages are still in {Queue.Url}: {problem()}");

    /// <summary>Puts texts into it as they are.</summary>
    public Task PutAsync(params byte[][] texts) => _queue.PutAsync(texts);

    /// <summary>Puts a text into it as it is.</summary>
    public Task PutAsync(string text) => PutAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends events with <c>bridge send</c>.</summary>
    /// <param name="events">One on a line.</param>
    /// <param name="key">Encrypts them: the value of <c>TELEMETRY_KEY</c>.</param>
    public async Task<SendResult> SendAsync(EventFile events, string? key = null)
    {
        var environment = Queue.SenderEnvironment();
        if (key is not null)
            environment = environment.SetItem("TELEMETRY_KEY", key);
        var result = await BridgeProcess.RunBridgeAsync(
            ["send", "--queue", Queue.Url.ToString(), "--kind", Kind, events.Path], environment: environment,
            timeout: SendPatience);
        var figures = Sent().Match(result.EnsureSuccess($"bridge send to {Queue.Url}").Output);
        return new SendResult(Number("events"), Number("messages"));

        int Number(string name) => int.Parse(figures.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends events with <c>bridge send</c>.</summary>
    public async Task<SendResult> SendAsync(params string[] events)
    {
        using var file = EventFile.Write(events.Select(Encoding.UTF8.GetBytes));
        return await SendAsync(file);
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    [GeneratedRegex(
        @"sent (?<events>\d+) events in (?<messages>\d+) messages", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Sent();
}

/// <summary>What <c>bridge send</c> said.</summary>
internal sealed record SendResult(int Events, int Messages);
