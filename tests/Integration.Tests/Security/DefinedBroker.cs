using System.Text.Json;
using Harness.Components;
using Integration.Tests.EndToEnd;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Integration.Tests.Security;

/// <summary>
/// A virtual host as <c>infra/rabbitmq</c> defines it, with the users that <c>infra/rabbitmq/define</c> gave passwords.
/// </summary>
internal sealed class DefinedBroker
{
    private const int AccessRefused = 403;
    private readonly Dictionary<string, string> _passwords;
    private readonly Uri _broker;

    private DefinedBroker(Uri broker, Dictionary<string, string> passwords) => (_broker, _passwords) = (broker, passwords);

    /// <summary>The committed definitions.</summary>
    public static string Committed => Path.Combine(LocalFolders.Root, "infra", "rabbitmq", "definitions.json");

    /// <summary>Makes definitions with passwords, and imports them.</summary>
    /// <param name="rabbitMq">The broker.</param>
    /// <param name="host">The virtual host; it need not exist.</param>
    public static async Task<DefinedBroker> ImportAsync(RabbitMqServer rabbitMq, string host)
    {
        var folder = LocalFolders.NewRunFolder("definitions");
        try
        {
            (await DefineAsync("--vhost", host, folder)).EnsureSuccess("infra/rabbitmq/define");
            var definitions = Path.Combine(folder, "definitions.json");
            await rabbitMq.ControlAsync(["import_definitions", definitions]);
            var passwords = (await File.ReadAllLinesAsync(Path.Combine(folder, "passwords"))).Select(line => line.Split(' '))
                .ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);
            var text = await File.ReadAllTextAsync(definitions);
            Assert.DoesNotContain(passwords.Values, password => text.Contains(password, StringComparison.Ordinal));
            return new DefinedBroker(new Uri(rabbitMq.Uri, host), passwords);
        }
        finally
        {
            LocalFolders.RemoveRunFolder(folder);
        }
    }

    /// <summary>Runs <c>infra/rabbitmq/define</c>.</summary>
    public static Task<CommandResult> DefineAsync(params IReadOnlyList<string> arguments) =>
        ChildCommand.RunAsync(new ChildProcessStart(Path.Combine(LocalFolders.Root, "infra", "rabbitmq", "define"), arguments));

    /// <summary>Users of the committed definitions.</summary>
    public static async Task<IReadOnlyList<string>> UsersAsync()
    {
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Committed));
        return [.. json.RootElement.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()!)];
    }

    /// <summary>Where a user finds the virtual host, with the password.</summary>
    public Uri As(string user) => new UriBuilder(_broker) { UserName = user, Password = _passwords[user] }.Uri;

    /// <summary>Does something on a channel of a user's own.</summary>
    /// <returns>Null when the broker did it, else what it answered.</returns>
    public async Task<ushort?> AnswerAsync(string user, Func<IChannel, Task> act)
    {
        await using var connection = await new ConnectionFactory { Uri = As(user) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await act(channel);

            // A publication is refused only after it: a later call on the channel is what meets the refusal.
            await channel.BasicQosAsync(0, 1, global: false);
            return null;
        }
        catch (OperationInterruptedException exception)
        {
            return exception.ShutdownReason?.ReplyCode;
        }
    }

    /// <summary>The user may not do it.</summary>
    public async Task AssertRefusedAsync(string user, string what, Func<IChannel, Task> act)
    {
        var answer = await AnswerAsync(user, act);
        Assert.True(answer == AccessRefused, $"{user} may {what}: the broker answered {answer?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}");
    }

    /// <summary>The user may do it.</summary>
    public async Task AssertAllowedAsync(string user, string what, Func<IChannel, Task> act)
    {
        var answer = await AnswerAsync(user, act);
        Assert.True(answer is null, $"{user} may not {what}: the broker answered {answer}");
    }
}
