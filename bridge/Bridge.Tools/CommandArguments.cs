using System.CommandLine;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tools;

/// <summary>Arguments and options that several commands share, and how their values are read.</summary>
internal static class CommandArguments
{
    public static Argument<string?> File()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "File to read; standard input when left out or -",
            Arity = ArgumentArity.ZeroOrOne,
        };
        file.Validators.Add(result =>
        {
            // The library treats a mistyped option as the file. The text after its '=' may be a secret.
            if (result.Tokens is [{ Value: ['-', _, ..] value }])
                result.AddError($"Unrecognized option '{value.Split('=')[0]}'");
        });
        return file;
    }

    public static Option<string?> Queue(bool required, string description) => new("--queue")
    {
        Description = description,
        HelpName = "URL",
        Required = required,
    };

    public static Option<string?> Kind()
    {
        var kind = new Option<string?>("--kind")
        {
            Description = "The queue's kind, when its host name does not show it",
            HelpName = "azure|sqs",
        };
        kind.AcceptOnlyFromAmong("azure", "sqs");
        return kind;
    }

    public static Option<string?> Connection() =>
        new("--connection") { Description = ToolHelp.Connection, HelpName = "CONNECTION" };

    public static Option<string?> Key() => new("--key") { Description = ToolHelp.Key, HelpName = "KVER:BASE64" };

    /// <summary>Reads the key from the command line, otherwise from the environment; null when neither has one.</summary>
    /// <exception cref="UsageException">The command line's key is invalid.</exception>
    /// <exception cref="FormatException">The environment's key is invalid.</exception>
    public static MasterKey? ReadKey(string? option)
    {
        try
        {
            return (option ?? FromEnvironment("TELEMETRY_KEY")) is { } text ? MasterKey.Parse(text) : null;
        }
        catch (FormatException exception)
        {
            throw option is null
                ? new FormatException($"TELEMETRY_KEY: {exception.Message}", exception)
                : new UsageException($"--key: {exception.Message}");
        }
    }

    /// <summary>Reads the queue that the command line names.</summary>
    /// <exception cref="UsageException">Its address is invalid.</exception>
    public static QueueEndpoint ReadQueue(string? url, string? kind, string? connection)
    {
        var parses = QueueEndpoint.TryParse(url, kind, connection, out var endpoint, out var error);
        if (parses && connection is null && endpoint!.Kind is QueueKind.Azure)
            parses = QueueEndpoint.TryParse(url, kind, FromEnvironment("TELEMETRY_QUEUE_CONNECTION"), out endpoint, out error);
        return parses ? endpoint! : throw new UsageException($"--queue: {error}");
    }

    private static string? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>A command whose <c>--help</c> has more text than its line in the parent's list of commands.</summary>
/// <param name="name">The command's name.</param>
/// <param name="summary">One line for the parent's list.</param>
/// <param name="details">Behaviour and examples, which only <c>--help</c> shows.</param>
internal sealed class DocumentedCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>Behaviour and examples.</summary>
    public string Details { get; } = details;
}
