using System.Text;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

/// <summary>What the contract for every cloud does not say: keys and limits of this one, against Azurite.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class AzureQueueAzuriteTests(AzuriteFixture azurite)
{
    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task The_emulators_published_key_signs_what_it_accepts()
    {
        await using var queue = new AzureQueue(azurite.NewQueue("UseDevelopmentStorage=true"), TimeProvider.System);
        await queue.CreateIfMissingAsync(_bound);

        Assert.Equal(0, await queue.GetDepthAsync(_bound));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_shown()
    {
        var wrong = Convert.ToBase64String(Encoding.UTF8.GetBytes("a key that is not the account's"));
        await using var queue = new AzureQueue(
            azurite.NewQueue($"AccountName=devstoreaccount1;AccountKey={wrong}"), TimeProvider.System);
        var finding = Assert.Single(await queue.CheckAsync(_bound));

        Assert.Equal(403, finding.Error!.Failure.Status);
        Assert.Contains("AccountName and AccountKey", finding.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, finding.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receive_takes_thirty_two_at_most()
    {
        await using var queue = new AzureQueue(azurite.NewQueue(), TimeProvider.System);
        await queue.CreateIfMissingAsync(_bound);
        await queue.SendAsync([.. Enumerable.Repeat<ReadOnlyMemory<byte>>("VFE="u8.ToArray(), 40)], _bound);

        Assert.Equal(32, (await queue.ReceiveAsync(queue.MaxReceive, TimeSpan.FromSeconds(30), TimeSpan.Zero, _bound)).Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => queue.ReceiveAsync(33, TimeSpan.FromSeconds(30), TimeSpan.Zero, _bound));
    }

    [Fact]
    public async Task A_long_text_full_of_what_XML_escapes_still_fits()
    {
        await using var queue = new AzureQueue(azurite.NewQueue(), TimeProvider.System);
        await queue.CreateIfMissingAsync(_bound);
        // Of one byte each: Azurite reads a large body in parts and spoils a character that lies across two.
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<&>\r\n\"'x", 8_192)));
        await queue.SendAsync([text], _bound);

        Assert.Equal(65_536, text.Length);
        Assert.Equal(
            text, Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.Zero, _bound)).Text.ToArray());
    }

    [Fact]
    public async Task The_connector_opens_both_halves_of_one_queue()
    {
        var endpoint = azurite.NewQueue();
        var connector = new AzureQueueConnector();
        await using var receiver = connector.OpenReceiver(endpoint, TimeProvider.System);
        await using var sender = connector.OpenSender(endpoint, TimeProvider.System);
        await receiver.CreateIfMissingAsync(_bound);
        await sender.SendAsync(["{}"u8.ToArray()], _bound);

        Assert.Equal(endpoint, receiver.Endpoint);
        Assert.Equal(QueueLimits.AzureStorage, await sender.GetLimitsAsync(_bound));
        Assert.Equal(1, await receiver.GetDepthAsync(_bound));
    }
}
