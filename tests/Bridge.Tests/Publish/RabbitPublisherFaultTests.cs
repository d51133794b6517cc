using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Harness.Components;

namespace Bridge.Tests.Publish;

/// <summary>What becomes of publications when the broker or the network fails, and how publishing resumes by itself.</summary>
[Collection(BrokerTests.Name)]
public sealed class RabbitPublisherFaultTests(BrokerFixture broker)
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_killed_broker_fails_what_is_under_way_and_confirmed_messages_survive()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(WithShortTimeout(host) with { MaxOutstanding = 50 });
        var flow = FlowAsync(running);
        await Eventually.TrueAsync(async () => await host.CountAsync("all") > 1_000, RunningPublisher.Timeout);

        await broker.Server.KillAsync();
        var confirmed = await flow.WaitAsync(RunningPublisher.Timeout);
        await running.UntilNotReadyAsync();
        await broker.Server.StartAgainAsync();
        await running.UntilReadyAsync();

        Assert.Empty(await running.PublishAsync(Some.Message("after")));
        var received = (await host.DrainAsync("all")).Select(message => message.BasicProperties.MessageId!);
        Assert.NotEmpty(confirmed);
        Assert.Superset(confirmed, received.ToHashSet(StringComparer.Ordinal));
        Assert.Single(running.Log.Lines, line => line.Contains("was lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_frozen_broker_fails_publications_in_time_and_publishing_resumes_after_the_thaw(bool overTls)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        using var authority = new CertificateAuthority("company CA");
        var secure = overTls ? await broker.ListenWithTlsAsync(authority) : options => options;
        await using var running = await RunningPublisher.StartReadyAsync(
            secure(WithShortTimeout(host)) with { MaxOutstandingBytes = 64 * 1024 * 1024, MaxOutstanding = 10_000 });
        var bodies = Enumerable.Range(0, 400).Select(_ => new byte[100_000]).ToList();
        broker.Server.Freeze();
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var publications = bodies.Chunk(40)
                .Select(part => running.PublishAsync(part.Select(body => Some.Message("frozen") with { Body = body })))
                .ToList();
            foreach (var publication in publications)
                await Assert.ThrowsAsync<PublishException>(() => publication.WaitAsync(RunningPublisher.Timeout));

            // Their memory is somebody else's now: none of it may leave in a message that was begun before.
            bodies.ForEach(body => body.AsSpan().Fill(1));
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, ConfirmTimeout + TimeSpan.FromSeconds(4));
            Assert.False(running.Publisher.IsReady);
        }
        finally
        {
            broker.Server.Thaw();
        }

        await running.UntilReadyAsync();
        Assert.Empty(await running.PublishAsync(Some.Message("after")));
        Assert.All(await host.DrainAsync("all"), message => Assert.False(message.Body.Span.Contains((byte)1)));
    }

    [Fact]
    public async Task A_memory_alarm_blocks_publishing_until_it_is_over()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(
            WithShortTimeout(host) with { MaxOutstandingBytes = 64 * 1024 * 1024 });
        await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "0.00001"]);
        try
        {
            // The broker tells of the alarm when something is published. It reads nothing more, so that publish calls wait.
            var begun = running.PublishAsync(Some.Messages(400, bytes: 100_000));
            await running.UntilNotReadyAsync();
            await Assert.ThrowsAsync<PublishException>(() => begun.WaitAsync(RunningPublisher.Timeout));

            var refused = await Assert.ThrowsAsync<PublishException>(() => running.PublishAsync(Some.Message("also blocked")));
            Assert.Contains("was not ready within", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(running.Log.Lines, line => line.Contains("was lost", StringComparison.Ordinal));
        }
        finally
        {
            await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "absolute", "1GB"]);
        }

        await running.UntilReadyAsync();
        Assert.Empty(await running.PublishAsync(Some.Message("after")));
        Assert.Single(running.Log.Lines, line => line.Contains("blocks publishing", StringComparison.Ordinal));
        Assert.Single(running.Log.Lines, line => line.Contains("takes messages again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_publication_begun_under_a_short_alarm_is_confirmed_after_it()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "0.00001"]);
        Task<IReadOnlyList<PublishRefusal>> begun;
        try
        {
            begun = running.PublishAsync(Some.Message("blocked"));
            await running.UntilNotReadyAsync();
        }
        finally
        {
            await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "absolute", "1GB"]);
        }

        Assert.Empty(await begun);
        await running.UntilReadyAsync();
        Assert.Equal(1u, await host.CountAsync("all"));
    }

    [Fact]
    public async Task Closed_connections_are_opened_again()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host) with { Connections = 2 });
        using var stop = new CancellationTokenSource();
        var flow = FlowAsync(running, stop.Token);

        // Each may be closed while nothing is under way on it: then the flow goes on over the other.
        await broker.Server.ControlAsync(["close_all_connections", "--vhost", host.Name, "test"]);
        await Eventually.TrueAsync(() => Said("was lost") >= 2 && Said("is ready") >= 4, RunningPublisher.Timeout);
        await stop.CancelAsync();
        Assert.NotEmpty(await flow.WaitAsync(RunningPublisher.Timeout));

        await running.UntilReadyAsync();
        Assert.Empty(await running.PublishAsync(Some.Message("after")));

        int Said(string text) => running.Log.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_exchange_stops_publishing_until_it_is_back_and_is_told_once()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        await host.DeleteExchangeAsync();

        var failure = await Assert.ThrowsAsync<PublishException>(() => running.PublishAsync(Some.Message("lost")));
        Assert.Contains("404 NOT_FOUND - no exchange 'telemetry'", failure.Message, StringComparison.Ordinal);
        await running.UntilNotReadyAsync();

        await host.DeclareExchangeAsync();
        await host.BindQueueAsync("all", "#");
        await running.UntilReadyAsync();
        Assert.Empty(await running.PublishAsync(Some.Message("after")));
        Assert.Single(running.Log.Lines, line => line.Contains("no exchange", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_without_the_exchange_is_waited_for()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.DeleteExchangeAsync();
        await using var running = await RunningPublisher.StartAsync(Some.Options(host));
        await Eventually.TrueAsync(() => running.Log.Lines.Count > 0, RunningPublisher.Timeout);
        Assert.False(running.Publisher.IsReady);

        await host.DeclareExchangeAsync();

        await running.UntilReadyAsync();
        Assert.StartsWith(
            "Error: Publishing connection bridge publisher 0 cannot work until", running.Log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_fails_what_is_still_under_way()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        broker.Server.Freeze();
        try
        {
            var publishing = running.PublishAsync(Some.Message("frozen"));
            await running.StopAsync();
            await Assert.ThrowsAsync<PublishException>(() => publishing);
        }
        finally
        {
            broker.Server.Thaw();
        }
    }

    private static RabbitMqOptions WithShortTimeout(VirtualHost host) =>
        Some.Options(host) with { ConfirmTimeout = ConfirmTimeout };

    // Publishes a hundred messages at a time until that fails or is stopped; gives back the identities of those confirmed.
    private static async Task<HashSet<string>> FlowAsync(RunningPublisher running, CancellationToken stop = default)
    {
        var confirmed = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            try
            {
                OutgoingMessage[] messages = [.. Enumerable.Range(number * 100, 100).Select(message => Some.Message(message))];
                await running.PublishAsync(messages);
                confirmed.UnionWith(messages.Select(message => message.Properties.MessageId));
            }
            catch (PublishException)
            {
                return confirmed;
            }
        }

        return confirmed;
    }
}
