using System.Net;
using System.Net.Sockets;

namespace Harness.Components;

/// <summary>Waits for what a started component opens.</summary>
internal static class Loopback
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A client that ignores the machine's proxy settings, which need not exempt loopback.</summary>
    public static HttpClient NewHttpClient() => new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Completes when the port accepts a connection.</summary>
    /// <exception cref="InvalidOperationException">The process ended or the time passed first; its last output is in the
    /// message.</exception>
    public static Task WaitForPortAsync(int port, ChildProcess process, TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitAsync(token => AcceptsAsync(port, token), process, $"listen on port {port}", timeout, cancellationToken);

    /// <summary>Completes when an address answers 200.</summary>
    /// <exception cref="TimeoutException">The time passed first.</exception>
    public static async Task WaitForOkAsync(HttpClient http, string path, TimeSpan timeout)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using (var response = await http.GetAsync(new Uri(path, UriKind.Relative)))
            {
                if (response.IsSuccessStatusCode)
                    return;
            }

            if (TimeProvider.System.GetElapsedTime(started) > timeout)
                throw new TimeoutException($"{http.BaseAddress}{path} did not answer 200 within {timeout.TotalSeconds:0} s");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Completes when the condition holds, asking again and again.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="process">Whose end makes waiting pointless.</param>
    /// <param name="purpose">What the process should do, for the exception's message.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The process ended or the time passed first; its last output is in the
    /// message.</exception>
    public static async Task WaitAsync(
        Func<CancellationToken, Task<bool>> condition,
        ChildProcess process,
        string purpose,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition(cancellationToken))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    $"{process.Name} ended with {process.ExitCode} and did not {purpose}:{process.Tail()}");
            }

            if (TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                throw new InvalidOperationException(
                    $"{process.Name} did not {purpose} within {timeout.TotalSeconds:0} s:{process.Tail()}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
