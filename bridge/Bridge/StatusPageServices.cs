using Bridge.Hosting.Status;
using Bridge.RabbitMq.DeadLetters;
using Bridge.RabbitMq.Partitions;
using Bridge.RabbitMq.Publishing;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge;

/// <summary>
/// Registers the status page and supplies the broker's state, since hosting does not reference the broker's project.
/// </summary>
internal static class StatusPageServices
{
    public static IServiceCollection AddStatusPage(this IServiceCollection services, BridgeOptions options) => services
        .AddSingleton<BrokerWatch>()
        .AddHostedService(provider => provider.GetRequiredService<BrokerWatch>())
        .AddSingleton(provider => new DeadLetterView(
            options.RabbitMq, options.Http.ShowPayloads, provider.GetRequiredService<TimeProvider>()))
        .AddStatus(provider => Sources(provider, options));

    private static StatusSources Sources(IServiceProvider provider, BridgeOptions options)
    {
        var publisher = provider.GetRequiredService<RabbitPublisher>();
        return new StatusSources
        {
            BrokerAddress = options.RabbitMq.DisplayUri,
            Exchange = options.RabbitMq.Exchange,
            Settings = ConfigurationView.Create(options),
            WatchBroker = provider.GetRequiredService<BrokerWatch>().GetLast,
            BlockedReason = () => publisher.BlockedReason,
            PublishingFault = () => publisher.Fault,
            Partitions = provider.GetRequiredService<Assembler>().Partitions,
            ReadDeadLettersAsync = provider.GetRequiredService<DeadLetterView>().ReadAsync,
        };
    }
}
