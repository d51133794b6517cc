using Bridge.Publish;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>Turns what a command threw into lines on standard error and an exit code.</summary>
internal static class CommandErrors
{
    /// <summary>Writes one line an error, without stack trace.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter errors)
    {
        foreach (var line in Lines(exception))
            errors.WriteLine($"error: {line}");
        return exception is UsageException ? CommandLine.Usage : CommandLine.Failed;
    }

    /// <summary>A text on one line.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static IEnumerable<string> Lines(Exception exception) => exception switch
    {
        BridgeOptionsException options => options.Errors.Select(OneLine),
        OperationCanceledException => ["ended by a signal before it was done"],
        UsageException or QueueException or TimeoutException or BrokerFaultException or PublishException => [OneLine(exception.Message)],

        // Of the file system, the HTTP port or a configuration file: their messages name path, address or line.
        IOException or UnauthorizedAccessException or InvalidDataException or FormatException =>
            [FailureText.Redacted(exception)],
        _ => [$"unexpected {FailureText.TypesOf(exception)}"],
    };
}
