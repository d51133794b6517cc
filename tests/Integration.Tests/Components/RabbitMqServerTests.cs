using Harness.Components;
using RabbitMQ.Client;

namespace Integration.Tests.Components;

public sealed class RabbitMqServerTests(RabbitMqServerTests.OneServer one) : IClassFixture<RabbitMqServerTests.OneServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RabbitMqServer _server = one.Server;

    [Fact]
    public async Task A_confirmed_persistent_message_survives_a_kill_of_the_broker()
    {
        var virtualHost = await _server.CreateVirtualHostAsync("kill");
        await PublishAsync(virtualHost, [1, 2, 3]);

        // The confirm covers the messages; that the queue exists is written a little later.
        await _server.EvaluateAsync("mnesia:sync_log().");
        await _server.KillAsync();
        await _server.StartAgainAsync();

        Assert.Equal([1, 2, 3], await TakeAsync(virtualHost));
    }

    [Fact]
    public async Task A_frozen_broker_answers_again_after_its_thaw()
    {
        _server.Freeze();
        var connecting = ConnectAsync(_server.Uri);
        Assert.NotSame(
            connecting, await Task.WhenAny(connecting, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System)));

        _server.Thaw();

        await using var connection = await connecting.WaitAsync(Patience, TimeProvider.System);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_failed_control_command_throws_with_the_commands_name()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _server.ControlAsync(["no_such_command"]));

        Assert.Contains("no_such_command", error.Message, StringComparison.Ordinal);
    }

    private static Task<IConnection> ConnectAsync(Uri uri) => new ConnectionFactory { Uri = uri }.CreateConnectionAsync();

    private static async Task PublishAsync(Uri uri, byte[] body)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync("", "kept", mandatory: true, new BasicProperties { Persistent = true }, body);
    }

    private static async Task<byte[]?> TakeAsync(Uri uri)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.BasicGetAsync("kept", autoAck: true))?.Body.ToArray();
    }

    // The tests of a class run one after the other, and each leaves the broker running.
    public sealed class OneServer : IAsyncLifetime
    {
        public RabbitMqServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await RabbitMqServer.StartAsync();

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
