using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>Writes with the client library's own publish call: where its stream lies below TLS, or is no socket.</summary>
/// <param name="connection">Collects what the library writes.</param>
/// <param name="channel">The confirm channel; nobody else publishes on it.</param>
internal sealed class LibraryWriter(BrokerConnection connection, IChannel channel) : IMessageWriter
{
    private readonly ReusedProperties _properties = new();

    /// <inheritdoc/>
    public uint FrameBytes => connection.Client.FrameMax;

    /// <inheritdoc/>
    public ValueTask WriteAsync(in OutgoingMessage message)
    {
        connection.Cork();

        // No cancellation: a cancelled call would disturb the sequence numbers of others (client issue 1900).
        return channel.BasicPublishAsync(
            message.Exchange, message.RoutingKey, mandatory: true, _properties.Fill(message.Properties), message.Body, CancellationToken.None);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync() => connection.UncorkAsync();
}
