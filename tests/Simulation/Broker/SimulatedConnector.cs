using Bridge.RabbitMq.Connections;
using Simulation.World;

namespace Simulation.Broker;

/// <summary>Opens a replica's connections to the simulated broker.</summary>
internal sealed class SimulatedConnector(
    SimulatedWorld world, SimulatedBroker broker, RabbitMqOptions options, Life life, TimeProvider clock, string replica) : IBrokerConnector
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly List<SimulatedConnection> _connections = [];

    public RabbitMqOptions Options => options;

    /// <summary>The connections that are open.</summary>
    public IReadOnlyList<SimulatedConnection> Connections => _connections;

    public async Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Delay(world.Milliseconds(1, 200), clock, cancellationToken);
        if (!broker.Accepts)
        {
            if (world.Now < broker.FrozenUntil)
                await Task.Delay(AnswerTimeout, clock, cancellationToken);
            throw new BrokerFaultException(new BrokerFault("the broker cannot be reached", IsTransient: true));
        }

        var connection = new SimulatedConnection(world, broker, life, replica, name);
        _connections.Add(connection);
        return new BrokerConnection(connection, new Socket(this, connection), clock);
    }

    private sealed class Socket(SimulatedConnector owner, SimulatedConnection connection) : IDisposable
    {
        public void Dispose()
        {
            owner._connections.Remove(connection);
            connection.Leave();
        }
    }
}
