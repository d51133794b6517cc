using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>A connection as the broker sees it.</summary>
internal sealed class BrokerSession
{
    private readonly SimulatedWorld _world;
    private readonly SimulatedBroker _broker;
    private readonly SimulatedConnection _client;
    private readonly Dictionary<int, BrokerChannel> _channels = [];
    private readonly Queue<Action> _afterAlarm = [];
    private readonly Pipe _toBroker;
    private readonly Pipe _toClient;
    private bool _isBlocked;
    private bool _isClosed;
    private bool _isLost;

    public BrokerSession(SimulatedWorld world, SimulatedBroker broker, SimulatedConnection client, string replica)
    {
        _world = world;
        _broker = broker;
        _client = client;
        Replica = replica;
        _toBroker = new Pipe(world, () => _isBlocked ? TimeSpan.MaxValue - TimeSpan.FromDays(1) : broker.FrozenUntil);
        _toClient = new Pipe(world, () => broker.FrozenUntil);
    }

    public string Replica { get; }

    public SimulatedBroker Broker => _broker;

    /// <summary>From the client.</summary>
    public void Receive(Action arrive) => _toBroker.Send(() =>
    {
        if (!_isClosed)
            arrive();
    });

    /// <summary>To the client.</summary>
    public void Send(Action arrive) => _toClient.Send(() => _client.Hear(arrive));

    /// <summary>What a write waits for: a socket's buffer is full when nobody reads at the other end.</summary>
    public Task WriteAsync()
    {
        var isFrozen = _broker.FrozenUntil > _world.Now;
        if (!(isFrozen || _isLost) || !_world.Chance(0.1))
            return Task.CompletedTask;
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_isLost)
            _world.After(_broker.FrozenUntil - _world.Now, () => _client.Hear(() => written.TrySetResult()));
        return written.Task;
    }

    public BrokerChannel OpenChannel(int number)
    {
        var channel = new BrokerChannel(_world, this, number);
        _channels.Add(number, channel);
        return channel;
    }

    public void CloseChannel(int number)
    {
        if (_channels.Remove(number, out var channel))
            channel.Close();
    }

    /// <summary>Publishes now, or when the alarm is over; the broker then reads nothing more of this connection.</summary>
    public void Publish(Action publish)
    {
        if (!_broker.IsAlarmed)
        {
            publish();
            return;
        }

        if (!_isBlocked)
            Send(() => _client.OnBlocked("low on memory"));
        _isBlocked = true;
        _afterAlarm.Enqueue(publish);
    }

    public void Unblock()
    {
        if (!_isBlocked)
            return;
        _isBlocked = false;
        Send(_client.OnUnblocked);
        while (!_isClosed && _afterAlarm.TryDequeue(out var publish))
            publish();
        _toBroker.Resume();
    }

    /// <summary>The broker closes it; the client is told.</summary>
    public void Close(ushort code, string reason)
    {
        _world.Note($"connection {_client.Name} of {Replica} is closed: {reason}");
        Send(() => _client.Close(new ShutdownEventArgs(ShutdownInitiator.Peer, code, reason)));
        End();
    }

    /// <summary>The network drops everything: each side notices by itself, some time later.</summary>
    public void Lose()
    {
        _world.Note($"connection {_client.Name} of {Replica} is cut");
        _isLost = true;
        _toBroker.Cut();
        _toClient.Cut();
        _world.After(_world.Milliseconds(0, 60_000), End);
        _world.After(_world.Milliseconds(0, 60_000), () => _client.Hear(
            () => _client.Close(new ShutdownEventArgs(ShutdownInitiator.Library, 541, "missed heartbeats from the broker"))));
    }

    /// <summary>The client is gone: what it sent before still arrives.</summary>
    public void Leave() => _toBroker.Send(End);

    private void End()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _toBroker.Cut();
        _broker.Close(this);
        foreach (var channel in _channels.Values)
            channel.Close();
    }
}
