using Microsoft.Extensions.Logging;
using Simulation.World;

namespace Simulation.Replicas;

/// <summary>Shows what a replica logs where the trace is shown; an exception in it is a defect: the bridge expects all that is simulated.</summary>
internal sealed class SimulatedLog(SimulatedWorld world, Trace trace, Life life, string replica) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => trace.IsShown || logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (life.IsOver)
            return;
        trace.Show(world.Now, $"  {replica} {logLevel}: {formatter(state, exception)}");
        if (exception is not null)
            world.Break($"{replica} met what it did not expect: {exception}");
    }

    public void Dispose()
    {
    }
}
