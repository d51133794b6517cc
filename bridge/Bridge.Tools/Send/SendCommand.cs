using System.CommandLine;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tools.Send;

/// <summary><c>bridge send</c>.</summary>
internal static class SendCommand
{
    public static Command Create(ToolSettings settings)
    {
        var queue = CommandArguments.Queue(required: true, "The queue to send to");
        var (kind, connection, key) = (CommandArguments.Kind(), CommandArguments.Connection(), CommandArguments.Key());
        var file = CommandArguments.File();
        var command = new DocumentedCommand("send", ToolHelp.Send, ToolHelp.SendDetails) { queue, kind, connection, key, file };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            settings.OpenSender,
            CommandArguments.ReadQueue(parsed.GetValue(queue), parsed.GetValue(kind), parsed.GetValue(connection)),
            CommandArguments.ReadKey(parsed.GetValue(key)),
            parsed.GetValue(file),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Func<QueueEndpoint, IQueueSender> open,
        QueueEndpoint queue,
        MasterKey? key,
        string? file,
        CancellationToken cancellationToken)
    {
        var errors = Console.Error;
        using var input = InputFile.Open(file);
        await using var sender = new EventSender(queue, open(queue), key, errors.WriteLine, TimeProvider.System);
        var whole = await SendAllAsync(input, sender, errors, cancellationToken);

        var sent = sender.Statistics;
        if (sent.Sent < sent.Accepted)
            errors.WriteLine($"error: {sent.Accepted - sent.Sent} events were not accepted by {queue}");
        Console.Out.WriteLine($"sent {sent.Sent} events in {sent.Messages} messages to {queue}");
        return whole && sent.Sent == sent.Accepted ? ExitCodes.Succeeded : ExitCodes.Failed;
    }

    private static async Task<bool> SendAllAsync(
        Stream input, EventSender sender, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            var whole = await ReadAsync(input, sender, errors, cancellationToken);

            // After a signal the events that were read are still sent. A second signal ends the process.
            await sender.FlushAsync(CancellationToken.None);
            return whole;
        }
        catch (Exception exception)
        {
            CommandErrors.Report(exception, errors);
            return false;
        }
    }

    private static async Task<bool> ReadAsync(
        Stream input, EventSender sender, TextWriter errors, CancellationToken cancellationToken)
    {
        var whole = true;
        try
        {
            await new JsonLines(CodecLimits.Default.EventBytes).ReadAsync(
                input, json => sender.SendAsync(json, cancellationToken), Problem, cancellationToken);
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
