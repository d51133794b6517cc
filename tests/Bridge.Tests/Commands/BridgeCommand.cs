using Bridge.CloudQueues;
using Bridge.Commands;
using Harness.Components;
using Telemetry.Queues;

namespace Bridge.Tests.Commands;

/// <summary>Runs the bridge's executable, and looks at what it did.</summary>
internal static class BridgeCommand
{
    /// <summary>Runs a command without configuration.</summary>
    public static Task<CommandResult> RunAsync(params IReadOnlyList<string> arguments) => BridgeProcess.RunBridgeAsync(arguments);

    /// <summary>Runs a command with this environment.</summary>
    public static Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments) =>
        BridgeProcess.RunBridgeAsync(arguments, environment: environment);

    /// <summary>The lines of a text, without empty ones.</summary>
    public static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The only line of standard error of a command that failed with 1.</summary>
    public static string OnlyError(CommandResult result)
    {
        Assert.True(result.ExitCode == 1, $"exit code {result.ExitCode}\n{result.Errors}\n{result.Output}");
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        return Assert.Single(Lines(result.Errors));
    }

    /// <summary>Puts texts into a queue as they are.</summary>
    public static async Task PutAsync(BridgeQueue queue, IEnumerable<byte[]> texts)
    {
        Assert.True(
            QueueEndpoint.TryParse(queue.Url.ToString(), queue.Kind, queue.Connection, out var endpoint, out var error), error);
        await using var sender = QueueClients.OpenSender(endpoint);
        await sender.SendAsync([.. texts.Select(text => (ReadOnlyMemory<byte>)text)], CancellationToken.None);
    }

    /// <summary>Takes all messages that a queue holds now.</summary>
    public static async Task<List<ReceivedMessage>> DrainAsync(BridgeQueue queue)
    {
        Assert.True(QueueEndpoint.TryParse(queue.Url.ToString(), queue.Kind, queue.Connection, out var endpoint, out var error), error);
        foreach (var (name, value) in queue.Kind is "sqs" ? FauxqsServer.Credentials : new Dictionary<string, string>(StringComparer.Ordinal))
            Environment.SetEnvironmentVariable(name, value);
        await using var receiver = QueueClients.OpenReceiver(endpoint);
        var messages = new List<ReceivedMessage>();
        while (await receiver.ReceiveAsync(receiver.MaxReceive, TimeSpan.FromMinutes(1), TimeSpan.Zero, CancellationToken.None) is { Count: > 0 } some)
        {
            messages.AddRange(some);
            Assert.Empty(await receiver.DeleteAsync(some, CancellationToken.None));
        }

        return messages;
    }
}
