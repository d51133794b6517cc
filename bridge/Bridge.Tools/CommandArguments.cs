using System.CommandLine;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tools;

/// <summary>Arguments and options that several commands share, and how their values are read.</summary>
internal static class CommandArguments
{
    public static Argument<string?> File()
    {
        var file = new Argument<string?>("FILE") { Description = "File to read; standard input when left out or -", Arity = ArgumentArity.ZeroOrOne };
        file.Validators.Add(result =>
        {
            // The library takes a mistyped option for the file. What follows its = may be a secret.
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
        var kind = new Option<string?>("--kind") { Description = "The queue's kind, where its host name does not tell", HelpName = "azure|sqs" };
        kind.AcceptOnlyFromAmong("azure", "sqs");
        return kind;
    }

    public static Option<string?> Connection() => new("--connection") { Description = ToolHelp.Connection, HelpName = "CONNECTION" };

    public static Option<string?> Key() => new("--key") { Description = ToolHelp.Key, HelpName = "KVER:BASE64" };

    /// <summary>The key of the command line, else of the environment, else null.</summary>
    /// <exception cref="UsageException">The command line's is none.</exception>
    /// <exception cref="FormatException">The environment's is none.</exception>
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

    /// <summary>The queue that the command line names.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    public static QueueEndpoint ReadQueue(string? url, string? kind, string? connection)
    {
        var parses = QueueEndpoint.TryParse(url, kind, connection, out var endpoint, out var error);
        if (parses && connection is null && endpoint!.Kind is QueueKind.Azure)
            parses = QueueEndpoint.TryParse(url, kind, FromEnvironment("TELEMETRY_QUEUE_CONNECTION"), out endpoint, out error);
        return parses ? endpoint! : throw new UsageException($"--queue: {error}");
    }

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>A command whose <c>--help</c> says more than a line in its parent's list of commands could.</summary>
/// <param name="name">What is typed.</param>
/// <param name="summary">One line.</param>
/// <param name="details">What <c>--help</c> adds: behaviour and examples.</param>
internal sealed class DocumentedCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>Behaviour and examples.</summary>
    public string Details { get; } = details;
}
