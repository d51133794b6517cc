using System.Collections.Concurrent;
using Bridge.CloudQueues;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Partitions;
using Bridge.RabbitMq.Publishing;
using Bridge.Tests.Publish;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Assemble;

[Collection(BrokerTests.Name)]
public sealed class AssemblerTests(BrokerFixture broker)
{
    [Fact]
    public async Task What_nobody_foresaw_neither_ends_assembling_nor_publishing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var options = new BridgeOptions
        {
            RabbitMq = Some.Options(host),
            Assemble = new AssembleOptions { Partitions = 1 },
            Queues = [new QueueOptions { Url = "http://127.0.0.1/account/memory", Kind = "sqs" }],
        };
        await using var services = new ServiceCollection()
            .AddBridge(options)
            .AddLogging()
            .AddSingleton<IBrokerConnector>(new FailingConnector(new BrokerConnector(options.RabbitMq, TimeProvider.System)))
            .BuildServiceProvider();
        var (publisher, assembler) = (services.GetRequiredService<RabbitPublisher>(), services.GetRequiredService<Assembler>());
        Assert.Contains("assembling is starting", assembler.Problem, StringComparison.Ordinal);

        await publisher.StartAsync(CancellationToken.None);
        await assembler.StartAsync(CancellationToken.None);

        await Eventually.TrueAsync(
            async () => assembler.Problem is null && await host.ConsumersAsync(BridgeQueues.Chunks(0)) == 1);
        await assembler.StopAsync(CancellationToken.None);
        await publisher.StopAsync(CancellationToken.None);
    }

    /// <summary>Fails the first time for each connection, in a way that no broker causes.</summary>
    private sealed class FailingConnector(BrokerConnector inner) : IBrokerConnector
    {
        private readonly ConcurrentDictionary<string, bool> _failed = new(StringComparer.Ordinal);

        public RabbitMqOptions Options => inner.Options;

        public Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken) =>
            _failed.TryAdd(name, true)
                ? throw new InvalidOperationException("a defect")
                : inner.OpenAsync(name, cancellationToken);
    }
}
