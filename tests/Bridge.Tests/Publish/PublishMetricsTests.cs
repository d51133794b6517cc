using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Bridge.Tests.Publish;

[Collection(BrokerTests.Name)]
public sealed class PublishMetricsTests(BrokerFixture broker)
{
    [Fact]
    public async Task What_is_published_refused_and_reconnected_is_counted()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = Listen(running.Meters, measured);

        await running.PublishAsync(
            Some.Message("a"),
            Some.Message("b"),
            Some.Message("c", "metrics.orders.info"),
            Some.Message("d", new string('k', 300)));
        await broker.Server.ControlAsync(["close_all_connections", "--vhost", host.Name, "test"]);
        await running.UntilNotReadyAsync();
        listener.RecordObservableInstruments();
        Assert.Equal(0, measured["bridge.broker.ready"]);
        await running.UntilReadyAsync();
        listener.RecordObservableInstruments();

        Assert.Equal(2, measured["messaging.client.sent.messages"]);
        Assert.Equal(1, measured["messaging.client.sent.messages unroutable"]);
        Assert.Equal(1, measured["messaging.client.sent.messages rejected"]);
        Assert.Equal(1, measured["bridge.broker.reconnects"]);
        Assert.Equal(0, measured["bridge.broker.blocked"]);
        Assert.Equal(1, measured["bridge.broker.ready"]);
        Assert.Equal(0, measured["bridge.publish.outstanding"]);
        Assert.Equal(0, measured["bridge.publish.outstanding.size"]);
        Assert.InRange(measured["messaging.client.operation.duration"], double.Epsilon, 30);
    }

    private static MeterListener Listen(IMeterFactory meters, ConcurrentDictionary<string, double> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.Start();
        return listener;

        void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = tags is [.., { Key: "error.type" } error] ? $"{instrument.Name} {error.Value}" : instrument.Name;
            measured.AddOrUpdate(name, value, (_, before) => instrument.IsObservable ? value : before + value);
        }
    }
}
