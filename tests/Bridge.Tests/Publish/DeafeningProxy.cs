using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Tests.Publish;

/// <summary>One client's way to the broker, which hears nothing any more of it once it has said a certain word.</summary>
internal sealed class DeafeningProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _deafened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();

    /// <param name="target">The broker's port.</param>
    /// <param name="word">What is not let through, nor anything behind it.</param>
    public DeafeningProxy(int target, string word)
    {
        _listener.Start();
        ClientLeft = ServeAsync(target, Encoding.UTF8.GetBytes(word));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when the word was said.</summary>
    public Task Deafened => _deafened.Task;

    /// <summary>Completes when the client has closed its connection.</summary>
    public Task ClientLeft { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await ClientLeft.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync(int target, byte[] word)
    {
        using var client = new NetworkStream(await _listener.AcceptSocketAsync(_stop.Token), ownsSocket: true);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, target, _stop.Token);
        var answers = server.GetStream().CopyToAsync(client, _stop.Token);
        try
        {
            await ListenAsync(client, server.GetStream(), word);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // The client left without a farewell.
        }
        finally
        {
            server.Close();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(NetworkStream client, NetworkStream server, byte[] word)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (buffer.AsSpan(0, count).IndexOf(word) >= 0)
                _deafened.TrySetResult();
            if (!_deafened.Task.IsCompleted)
                await server.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
