using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

/// <summary>
/// A storage connection string authorises; account and queue are those of the queue's own address, whatever it says.
/// </summary>
public sealed class AzureConnectionStringTests
{
    private const string Secret = "c2VjcmV0";

    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Theory]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={Secret};EndpointSuffix=core.windows.net")]
    [InlineData($" accountname=acct ; ACCOUNTKEY={Secret} ; BlobEndpoint=https://acct.blob.core.windows.net;")]
    [InlineData($"QueueEndpoint=https://acct.queue.core.windows.net;AccountName=acct;AccountKey={Secret}")]
    public async Task A_key_signs_for_the_queues_own_address(string connection)
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        await using var queue = new AzureQueue(server.At(connection), TimeProvider.System);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        var request = Assert.Single(server.Requests);
        Assert.Equal("/acct/orders/messages", request.Path);
        Assert.StartsWith("SharedKey acct:", request.Headers.Authorization.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData($"AccountName=acct;{Secret}")]
    [InlineData($"AccountName=acct;AccountName=acct;AccountKey={Secret}")]
    [InlineData($"AccountKey={Secret}")]
    [InlineData($"AccountName=acct;AccountKey={Secret}!")]
    [InlineData("AccountName=acct;UseDevelopmentStorage=false")]
    [InlineData($"DefaultEndpointsProtocol=ftp;AccountName=acct;AccountKey={Secret}")]
    public async Task A_wrong_string_is_refused_with_what_it_needs_and_never_shown(string connection)
    {
        var endpoint = Endpoints.Azure(new Uri("http://127.0.0.1:9/acct/orders"), connection);
        await using var queue = new AzureQueue(endpoint, TimeProvider.System);

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains("it needs AccountName and AccountKey, or SharedAccessSignature", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }
}
