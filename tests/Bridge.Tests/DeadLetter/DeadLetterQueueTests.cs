using Bridge.Core.DeadLetters;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.DeadLetters;
using Bridge.Tests.Publish;
using Telemetry.Wire;

namespace Bridge.Tests.DeadLetter;

/// <summary>Reading dead letters out of a real quorum queue leaves them there.</summary>
[Collection(BrokerTests.Name)]
public sealed class DeadLetterQueueTests(BrokerFixture broker)
{
    // More than a quorum queue hands one consumer.
    private const int Many = 2_500;

    // Less than the client library waits for an answer.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Reading_them_all_again_and_again_loses_and_reorders_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var ids = Enumerable.Range(0, Many).Select(number => $"id-{number}").ToList();
        await Dead.KeepAsync(host, [.. ids.Select(id => Dead.Raw(id, RefusalReason.Malformed))]);

        Assert.Equal(ids, await ReadIdsAsync(host));
        Assert.Equal(ids, await ReadIdsAsync(host));
    }

    [Fact]
    public async Task Only_what_is_removed_is_gone()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await Dead.KeepAsync(host, [.. Enumerable.Range(0, 5).Select(number => Dead.Raw($"id-{number}", RefusalReason.Malformed))]);
        await using (var queue = await OpenAsync(host))
        {
            await foreach (var letter in queue.ReadAsync(CancellationToken.None))
            {
                if (letter.MessageId is "id-1" or "id-3")
                    await queue.RemoveAsync(letter, CancellationToken.None);
            }
        }

        Assert.Equal(["id-0", "id-2", "id-4"], await ReadIdsAsync(host));
    }

    [Fact]
    public async Task Many_removals_among_what_stays_are_all_applied()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var ids = Enumerable.Range(0, Many).Select(number => $"id-{number}").ToList();
        await Dead.KeepAsync(host, [.. ids.Select(id => Dead.Raw(id, RefusalReason.Malformed))]);
        await using (var queue = await OpenAsync(host))
        {
            await foreach (var (number, letter) in queue.ReadAsync(CancellationToken.None).Index())
            {
                if (number % 3 != 0)
                    await queue.RemoveAsync(letter, CancellationToken.None);
            }

            await queue.SettleAsync(CancellationToken.None);
        }

        Assert.Equal(ids.Where((_, number) => number % 3 == 0), await ReadIdsAsync(host));
    }

    [Fact]
    public async Task Removals_are_applied_though_the_rest_was_never_read()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var ids = Enumerable.Range(0, Many).Select(number => $"id-{number}").ToList();
        await Dead.KeepAsync(host, [.. ids.Select(id => Dead.Raw(id, RefusalReason.Malformed))]);
        await using (var queue = await OpenAsync(host))
        {
            await foreach (var some in queue.ReadAsync(CancellationToken.None).Take(1_000).Chunk(500))
            {
                foreach (var letter in some)
                    await queue.RemoveAsync(letter, CancellationToken.None);
            }

            await queue.SettleAsync(CancellationToken.None);
        }

        Assert.Equal(ids.Skip(1_000), await ReadIdsAsync(host));
    }

    [Fact]
    public async Task What_comes_while_it_is_open_is_not_read()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await Dead.KeepAsync(host, Dead.Raw("before", RefusalReason.Malformed));
        await using var queue = await OpenAsync(host);
        await Dead.KeepAsync(host, Dead.Raw("after", RefusalReason.Malformed));

        Assert.Equal(["before"], await queue.ReadAsync(CancellationToken.None).Select(letter => letter.MessageId).ToListAsync());
    }

    [Fact]
    public async Task A_missing_queue_is_named()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        var fault = await Assert.ThrowsAsync<BrokerFaultException>(() => OpenAsync(host));

        Assert.Contains("telemetry.dead", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.Fault.IsTransient);
    }

    [Fact]
    public async Task An_opening_that_is_given_up_leaves_no_connection_behind()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var proxy = new DeafeningProxy(host.Uri.Port, BridgeQueues.Dead);
        using var patience = new CancellationTokenSource();
        var options = Some.Options(host) with { Uri = new UriBuilder(host.Uri) { Port = proxy.Port }.Uri.AbsoluteUri };
        var opening = DeadLetterQueue.OpenAsync(new BrokerConnector(options, TimeProvider.System), TimeProvider.System, patience.Token);
        await proxy.Deafened.WaitAsync(RunningPublisher.Timeout);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Soon));
        await proxy.ClientLeft.WaitAsync(RunningPublisher.Timeout);
    }

    private static Task<DeadLetterQueue> OpenAsync(VirtualHost host) =>
        DeadLetterQueue.OpenAsync(new BrokerConnector(Some.Options(host), TimeProvider.System), TimeProvider.System, CancellationToken.None)
            .WaitAsync(RunningPublisher.Timeout);

    private static async Task<List<string>> ReadIdsAsync(VirtualHost host)
    {
        await using var queue = await OpenAsync(host);
        return await queue.ReadAsync(CancellationToken.None).Select(letter => letter.MessageId).ToListAsync();
    }
}
