using Bridge.Core.Configuration;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Tools;

/// <summary>Turns what a command threw into lines on standard error and an exit code.</summary>
internal static class CommandErrors
{
    /// <summary>Writes one line an error, without stack trace.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter errors)
    {
        foreach (var line in Lines(exception))
            errors.WriteLine($"error: {line}");
        return exception is UsageException ? ExitCodes.Usage : ExitCodes.Failed;
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

/// <summary>An argument that parses but cannot be used. The message never holds a secret.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Exit codes of every command; a contract with scripts.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what it was asked for.</summary>
    public const int Succeeded = 0;

    /// <summary>It failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;
}
