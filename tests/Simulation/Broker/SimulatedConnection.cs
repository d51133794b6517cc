using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>A connection as the client library shows it.</summary>
internal sealed partial class SimulatedConnection : IConnection
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly SimulatedWorld _world;
    private readonly Life _life;
    private readonly List<SimulatedChannel> _channels = [];
    private bool _isLeft;

    public SimulatedConnection(SimulatedWorld world, SimulatedBroker broker, Life life, string replica, string name)
    {
        _world = world;
        _life = life;
        Name = name;
        Replica = replica;
        Session = broker.Open(this, replica);
    }

    public event AsyncEventHandler<ShutdownEventArgs>? ConnectionShutdownAsync;

    public event AsyncEventHandler<ConnectionBlockedEventArgs>? ConnectionBlockedAsync;

    public event AsyncEventHandler<AsyncEventArgs>? ConnectionUnblockedAsync;

    public string Name { get; }

    public string Replica { get; }

    /// <summary>The broker's side of it.</summary>
    public BrokerSession Session { get; }

    public ShutdownEventArgs? CloseReason { get; private set; }

    public bool IsOpen => CloseReason is null;

    public uint FrameMax => 131_072;

    /// <summary>Something arrives from the broker, if there is still somebody who listens.</summary>
    public void Hear(Action arrive)
    {
        if (!_life.IsOver && !_isLeft)
            arrive();
    }

    /// <summary>It is closed, and whoever uses it is told.</summary>
    public void Close(ShutdownEventArgs reason)
    {
        if (CloseReason is not null)
            return;
        CloseReason = reason;
        foreach (var channel in _channels.ToList())
            channel.Shut(reason);
        Raise(ConnectionShutdownAsync, reason);
    }

    public void OnBlocked(string reason) => Raise(ConnectionBlockedAsync, new ConnectionBlockedEventArgs(reason));

    public void OnUnblocked() => Raise(ConnectionUnblockedAsync, new AsyncEventArgs());

    /// <summary>The process lets go of its socket, or dies.</summary>
    public void Leave()
    {
        if (_isLeft)
            return;
        _isLeft = true;
        Session.Leave();
    }

    public async Task<IChannel> CreateChannelAsync(CreateChannelOptions? options = null, CancellationToken cancellationToken = default)
    {
        var channel = new SimulatedChannel(_world, this, _channels.Count + 1);
        _channels.Add(channel);
        await channel.CallAsync(() => true, cancellationToken);
        return channel;
    }

    public async Task CloseAsync(ushort reasonCode, string reasonText, TimeSpan timeout, bool abort, CancellationToken cancellationToken = default)
    {
        if (CloseReason is not null)
            return;
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Session.Receive(() => Session.Send(() => answered.TrySetResult()));
        await answered.Task.WaitAsync(cancellationToken);
        Close(new ShutdownEventArgs(ShutdownInitiator.Application, reasonCode, reasonText));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
    }

    /// <summary>A call that the broker answers, or closes the channel for; it fails when no answer comes in time.</summary>
    public Task<T> CallAsync<T>(SimulatedChannel channel, Func<T> atBroker, CancellationToken cancellationToken)
    {
        if ((channel.CloseReason ?? CloseReason) is { } closed)
            throw new RabbitMQ.Client.Exceptions.AlreadyClosedException(closed);
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.Expect(reason => answer.TrySetException(new RabbitMQ.Client.Exceptions.OperationInterruptedException(reason)));
        Session.Receive(() => Execute(channel, atBroker, answer));
        _world.After(CallTimeout, () => Hear(() =>
        {
            // The library gives up a call in either way.
            if (_world.Chance(0.5))
                answer.TrySetException(new TimeoutException("no answer from the broker"));
            else
                answer.TrySetCanceled(CancellationToken.None);
        }));
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Tells everybody who asked to be told; none of them waits for anything.</summary>
    public void Raise<T>(AsyncEventHandler<T>? handlers, T arguments)
        where T : AsyncEventArgs
    {
        foreach (var handler in handlers?.GetInvocationList() ?? [])
        {
            if (((AsyncEventHandler<T>)handler)(this, arguments) is { IsCompletedSuccessfully: false } told)
                _world.Break($"a handler of {typeof(T).Name} did not end at once: {told.Exception?.InnerException?.Message ?? "it waits"}");
        }
    }

    private void Execute<T>(SimulatedChannel channel, Func<T> atBroker, TaskCompletionSource<T> answer)
    {
        try
        {
            if (_world.Chance(Session.Broker.Troubles.CallRefused))
                throw new BrokerRefusalException(541, "INTERNAL_ERROR");
            var result = atBroker();
            Session.Send(() => answer.TrySetResult(result));
        }
        catch (BrokerRefusalException e)
        {
            Session.CloseChannel(channel.ChannelNumber);
            Session.Send(() => channel.Shut(new ShutdownEventArgs(ShutdownInitiator.Peer, e.Code, e.Message)));
        }
    }
}
