using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Telemetry;
using Telemetry.Extensions;
using Telemetry.Listening;

// Users find the methods of all logging providers in this namespace.
namespace Microsoft.Extensions.Logging;

/// <summary>Adds TelemetryQueue to logging.</summary>
public static class TelemetryQueueLoggingExtensions
{
    /// <summary>
    /// Sends logs with the client among the services. Without one, it uses the client that the environment configures
    /// (<see cref="TelemetryQueue.Client"/>).
    /// </summary>
    /// <param name="builder">The logging to add to.</param>
    /// <param name="configure">Names activity sources and meters to listen to as well.</param>
    public static ILoggingBuilder AddTelemetryQueue(
        this ILoggingBuilder builder, Action<TelemetryListenerOptions>? configure = null)
    {
        var options = new TelemetryListenerOptions();
        configure?.Invoke(options);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, TelemetryQueueLoggerProvider>(
            services =>
                new TelemetryQueueLoggerProvider(services.GetService<TelemetryClient>() ?? TelemetryQueue.Client, options)));
        return builder;
    }
}
