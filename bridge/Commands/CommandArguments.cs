using System.CommandLine;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Commands;

/// <summary>Arguments and options that several commands share, and how their values are read.</summary>
internal static class CommandArguments
{
    private const string StandardInput = "-";

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

    public static Option<string?> Connection() => new("--connection") { Description = Help.Connection, HelpName = "CONNECTION" };

    public static Option<string?> Key() => new("--key") { Description = Help.Key, HelpName = "KVER:BASE64" };

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

    /// <summary>Opens the file, or standard input.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Stream Open(string? file) => file is null or StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
