using System.Diagnostics.Metrics;
using Bridge;
using Bridge.CloudQueues;
using Bridge.Core.Running;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Simulation.Broker;
using Simulation.Queues;
using Simulation.World;

namespace Simulation.Replicas;

/// <summary>One process of the bridge: all of its own code, with the clock, chance, the broker and the queues simulated.</summary>
internal sealed class SimulatedReplica
{
    private readonly SimulatedWorld _world;
    private readonly Life _life = new();
    private readonly SimulatedConnector _connector;
    private readonly ServiceProvider _services;
    private readonly Stages _stages;

    public SimulatedReplica(
        SimulatedWorld world, SimulatedBroker broker, IReadOnlyList<SimulatedQueue> queues, BridgeOptions options, string name, Trace trace)
    {
        _world = world;
        Name = name;
        var clock = new SimulatedClock(world, _life, world.Between(TimeSpan.FromSeconds(-10), TimeSpan.FromSeconds(10)));
        _connector = new SimulatedConnector(world, broker, options.RabbitMq, _life, clock, name);
        _services = new ServiceCollection()
            .AddBridge(options)
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new Random(world.Random.Next()))
            .AddSingleton(new ReplicaName(name))
            .AddSingleton<IBrokerConnector>(_connector)
            .AddSingleton<OpenReceiver>(endpoint => new SimulatedReceiver(world, queues.First(queue => queue.Endpoint.Url == endpoint.Url), _life, name))
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new SimulatedLog(world, trace, _life, name)))
            .BuildServiceProvider();
        _stages = _services.GetRequiredService<Stages>();
    }

    public string Name { get; }

    /// <summary>Lives and is not stopping.</summary>
    public bool IsUp { get; private set; }

    public bool IsDead => _life.IsOver;

    /// <summary>Bytes that its budgets count.</summary>
    public long BytesInFlight => _services.BytesInFlight();

    public IReadOnlyList<SimulatedConnection> Connections => _connector.Connections;

    public void Start()
    {
        _world.Note($"{Name} starts");
        IsUp = true;
        _ = RunAsync();
    }

    /// <summary>SIGTERM: it drains, and is gone.</summary>
    /// <param name="stopped">Called with the time that it took.</param>
    public void Stop(Action<TimeSpan> stopped)
    {
        _world.Note($"{Name} is asked to stop");
        IsUp = false;
        _ = StopAsync(stopped);
    }

    /// <summary>SIGKILL, or the machine is gone: not one instruction more.</summary>
    /// <param name="isNoticed">Whether its machine lives on and closes its connections.</param>
    public void Kill(bool isNoticed)
    {
        _world.Note($"{Name} is killed");
        IsUp = false;
        foreach (var connection in Connections)
        {
            if (isNoticed)
                connection.Leave();
            else
                connection.Session.Lose();
        }

        End();
    }

    private async Task RunAsync()
    {
        try
        {
            await _stages.StartAsync(CancellationToken.None);
            await _stages.FailedOrAsync(CancellationToken.None);
            _world.Break($"{Name}: the stage {_stages.Dead} has ended by itself");
        }
        catch (Exception e)
        {
            _world.Break($"{Name} did not start: {e}");
        }
    }

    private async Task StopAsync(Action<TimeSpan> stopped)
    {
        var began = _world.Now;
        await _stages.StopAsync();
        if (IsDead)
            return;
        _world.Note($"{Name} has stopped");
        foreach (var connection in Connections.ToList())
            connection.Leave();
        End();
        stopped(_world.Now - began);
    }

    private void End()
    {
        _life.End();

        // Meters are known to the whole process for as long as they are not disposed.
        _services.GetRequiredService<IMeterFactory>().Dispose();
    }
}
