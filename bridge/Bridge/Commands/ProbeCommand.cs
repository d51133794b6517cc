using System.CommandLine;
using Bridge.Hosting.Http;
using Bridge.Tools;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Commands;

/// <summary><c>bridge probe</c>: what an image without shell and curl is asked for its health with.</summary>
internal static class ProbeCommand
{
    // Under the time that orchestrators give a probe, so that the line that says why is still written.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Another server may have the port; its answer may be a page.
    private const int LongestAnswer = 300;

    public static Command Create()
    {
        var ready = new Option<bool>("--ready") { Description = "Asks whether it can do its work now (/readyz) instead of whether it lives (/healthz)" };
        var command = new DocumentedCommand("probe", Help.Probe, Help.ProbeDetails) { ready };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(ready) ? "/readyz" : "/healthz", cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        var url = new Uri(CommandConfiguration.ReadHttp().LocalUri, path);

        // No proxy of the environment stands between a process and its own machine.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var response = await http.GetAsync(url, cancellationToken);
            var answer = CommandErrors.OneLine(await response.Content.ReadAsStringAsync(cancellationToken));
            answer = answer[..Math.Min(answer.Length, LongestAnswer)];
            if (response.IsSuccessStatusCode)
            {
                Console.Out.WriteLine(answer);
                return ExitCodes.Succeeded;
            }

            Console.Error.WriteLine($"error: {url} answers {(int)response.StatusCode}: {answer}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = exception is HttpRequestException
                ? FailureText.Redacted(exception)
                : $"no answer within {Patience.TotalSeconds:0} s";
            Console.Error.WriteLine($"error: {url}: {reason}; is a bridge running here, with the same {HttpOptions.Section}:Url?");
        }

        return ExitCodes.Failed;
    }
}
