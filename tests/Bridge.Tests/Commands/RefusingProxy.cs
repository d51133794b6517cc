using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Tests.Commands;

/// <summary>
/// An HTTP proxy on loopback that answers every request with the same status line, or hangs up where that is empty.
/// </summary>
internal sealed class RefusingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _requests;

    public RefusingProxy(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync(string answer)
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _requests);
            try
            {
                await AnswerAsync(client.GetStream(), answer);
            }
            catch (IOException)
            {
                // The client went first.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string answer)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
        {
            // The head of the request.
        }

        if (answer.Length > 0)
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"{answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _stop.Token);
        }
    }
}
