using Bridge.Core.Configuration;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Tools;

/// <summary>Converts a command's exception to lines on standard error and an exit code.</summary>
internal static class CommandErrors
{
    /// <summary>Writes one line for each error, without stack trace.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter errors)
    {
        foreach (var line in Lines(exception))
            errors.WriteLine($"error: {line}");
        return exception is UsageException ? ExitCodes.Usage : ExitCodes.Failed;
    }

    /// <summary>Replaces line breaks with spaces.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static IEnumerable<string> Lines(Exception exception) => exception switch
    {
        BridgeOptionsException options => options.Errors.Select(OneLine),
        OperationCanceledException => ["ended by a signal before it was done"],
        UsageException or QueueException or TimeoutException or BrokerFaultException or PublishException =>
            [OneLine(exception.Message)],

        // From the file system, the HTTP port or a configuration file. Their messages name the path, address or line.
        IOException or UnauthorizedAccessException or InvalidDataException or FormatException =>
            [FailureText.Redacted(exception)],
        _ => [$"unexpected {FailureText.TypesOf(exception)}"],
    };
}

/// <summary>The command line can be parsed, but an argument is invalid. The message never contains a secret.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Exit codes of every command. Scripts depend on them.</summary>
internal static class ExitCodes
{
    /// <summary>The command succeeded.</summary>
    public const int Succeeded = 0;

    /// <summary>The command failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is invalid.</summary>
    public const int Usage = 2;
}
