using System.CommandLine;
using Bridge.Receive;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Commands;

/// <summary><c>bridge send</c>.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var queue = CommandArguments.Queue(required: true, "The queue to send to");
        var (kind, connection, key) = (CommandArguments.Kind(), CommandArguments.Connection(), CommandArguments.Key());
        var file = CommandArguments.File();
        var command = new DocumentedCommand("send", Help.Send, Help.SendDetails) { queue, kind, connection, key, file };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            CommandArguments.ReadQueue(parsed.GetValue(queue), parsed.GetValue(kind), parsed.GetValue(connection)),
            CommandArguments.ReadKey(parsed.GetValue(key)),
            parsed.GetValue(file),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(QueueEndpoint queue, MasterKey? key, string? file, CancellationToken cancellationToken)
    {
        var errors = Console.Error;
        using var input = CommandArguments.Open(file);
        await using var sender = new EventSender(queue, CloudQueues.OpenSender(queue), key, errors.WriteLine, TimeProvider.System);
        var whole = await SendAllAsync(input, sender, errors, cancellationToken);

        var sent = sender.Statistics;
        if (sent.Sent < sent.Accepted)
            errors.WriteLine($"error: {sent.Accepted - sent.Sent} events were not accepted by {queue}");
        Console.Out.WriteLine($"sent {sent.Sent} events in {sent.Messages} messages to {queue}");
        return whole && sent.Sent == sent.Accepted ? CommandLine.Succeeded : CommandLine.Failed;
    }

    private static async Task<bool> SendAllAsync(Stream input, EventSender sender, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            var whole = await ReadAsync(input, sender, errors, cancellationToken);

            // What was read before a signal is sent all the same; another signal ends that, too.
            await sender.FlushAsync(CancellationToken.None);
            return whole;
        }
        catch (Exception exception)
        {
            CommandErrors.Report(exception, errors);
            return false;
        }
    }

    private static async Task<bool> ReadAsync(Stream input, EventSender sender, TextWriter errors, CancellationToken cancellationToken)
    {
        var whole = true;
        try
        {
            await new JsonLines(CodecLimits.Default.EventBytes).ReadAsync(input, json => sender.SendAsync(json, cancellationToken), Problem, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            CommandErrors.Report(exception, errors);
            whole = false;
        }

        return whole;

        void Problem(long line, string problem)
        {
            whole = false;
            errors.WriteLine($"error: line {line}: {problem}");
        }
    }
}
