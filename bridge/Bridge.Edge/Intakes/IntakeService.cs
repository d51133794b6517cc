using Bridge.Edge.Configuration;
using Bridge.Edge.Listening;
using Microsoft.Extensions.Hosting;

namespace Bridge.Edge.Intakes;

/// <summary>
/// Starts and stops the listeners of all intakes. A stop closes them at once and hands over what was read; the collectors then
/// store it.
/// </summary>
internal sealed class IntakeService(IReadOnlyList<IntakeOptions> options, IntakeFactory factory) : IHostedService
{
    private readonly List<IIntakeListener> _listeners = [];

    /// <summary>Those that listen, in the order of the configuration.</summary>
    public IReadOnlyList<IIntakeListener> Listeners => _listeners;

    /// <summary>Starts every intake, in the order of the configuration.</summary>
    /// <exception cref="IntakeListenException">One may not listen at its address.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (index, one) in options.Index())
        {
            var listener = factory.Create(one);
            _listeners.Add(listener);
            try
            {
                await listener.StartAsync(cancellationToken);
            }
            catch (IntakeListenException exception)
            {
                throw new IntakeListenException($"Bridge:Intakes:{index}:{exception.Message}");
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_listeners.Select(listener => listener.StopAsync(cancellationToken)));
}
