using System.CommandLine;
using Bridge.Hosting.Http;
using Bridge.Tools;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Commands;

/// <summary><c>bridge probe</c>: a health check for images without a shell and curl.</summary>
internal static class ProbeCommand
{
    // Orchestrators give a probe more time, so the line with the reason is still written.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    // Another server may use the port and answer with a whole page.
    private const int MaxAnswerLength = 300;

    public static Command Create()
    {
        var ready = new Option<bool>("--ready")
        {
            Description = "Asks whether the bridge can publish now (/readyz) instead of whether it lives (/healthz)",
        };
        var command = new DocumentedCommand("probe", Help.Probe, Help.ProbeDetails) { ready };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(ready) ? "/readyz" : "/healthz", cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        var url = new Uri(CommandConfiguration.ReadHttp().LocalUri, path);
        try
        {
            return await AskAsync(url, cancellationToken);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = exception is HttpRequestException
                ? FailureText.Redacted(exception)
                : $"no answer within {AnswerTimeout.TotalSeconds:0} s";
            Console.Error.WriteLine(
                $"error: {url}: {reason}; is a bridge running here, with the same {HttpOptions.Section}:Url?");
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        // A proxy of the environment cannot reach this machine's loopback address.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerTimeout };
        using var response = await http.GetAsync(url, cancellationToken);
        var answer = CommandErrors.OneLine(await response.Content.ReadAsStringAsync(cancellationToken));
        answer = answer[..Math.Min(answer.Length, MaxAnswerLength)];
        if (response.IsSuccessStatusCode)
            Console.Out.WriteLine(answer);
        else
            Console.Error.WriteLine($"error: {url} answers {(int)response.StatusCode}: {answer}");
        return response.IsSuccessStatusCode ? ExitCodes.Succeeded : ExitCodes.Failed;
    }
}
