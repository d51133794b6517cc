using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>A connection to the broker that can always be got rid of, also when the broker no longer reads from it.</summary>
/// <param name="connection">The client library's connection.</param>
/// <param name="stream">What the library writes to; null when that is no socket.</param>
/// <param name="isPlain">True when what is written to the stream reaches the broker as it is: there is no TLS above it.</param>
/// <param name="socket">What carries it.</param>
/// <param name="clock">Bounds the farewell.</param>
internal sealed class BrokerConnection(IConnection connection, CorkedStream? stream, bool isPlain, IDisposable socket, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>The client library's connection.</summary>
    public IConnection Client => connection;

    /// <summary>What publishes on a confirm channel.</summary>
    /// <param name="channel">Of <see cref="Client"/>.</param>
    /// <param name="givenUp">Ends when nothing may be sent any more.</param>
    public IMessageWriter CreateWriter(IChannel channel, Task givenUp) => stream is not null && isPlain
        ? new FrameWriter(stream, (ushort)channel.ChannelNumber, connection.FrameMax, givenUp)
        : new LibraryWriter(this, channel);

    /// <summary>From now on what is published collects, to leave in few large writes.</summary>
    public void Cork() => stream?.Cork();

    /// <summary>Sends what has been collected; from now on every message leaves at once.</summary>
    public ValueTask UncorkAsync() => stream?.UncorkAsync() ?? ValueTask.CompletedTask;

    /// <summary>
    /// Says goodbye for two seconds at most, then closes the socket under the library: with a frozen broker the library's own
    /// closing would wait for good.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.Run(() => connection.AbortAsync(Constants.ReplySuccess, "closed by the bridge", Farewell))
                .WaitAsync(Farewell, clock);
        }
        catch (Exception)
        {
            // The connection is given up either way.
        }

        socket.Dispose();
    }
}
