using System.Net.Sockets;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

/// <summary>Every test waits out the retries of Azure's client, which runs on real time.</summary>
[Trait("Lane", "full")]
public sealed class AzureQueueUnreachableTests
{
    private static readonly QueueEndpoint Nowhere =
        Endpoints.Azure(new Uri("https://acct.queue.core.windows.net/orders"), FakeQueueServer.Connection);

    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(SocketError.HostNotFound, "the name 'acct.queue.core.windows.net' does not resolve")]
    [InlineData(SocketError.ConnectionRefused, "nothing listens at 'acct.queue.core.windows.net'")]
    [InlineData(SocketError.NetworkUnreachable, "the connection to 'acct.queue.core.windows.net' failed")]
    public async Task A_network_error_says_what_to_check(SocketError error, string words)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => throw new SocketException((int)error) };
        await using var queue = new AzureQueue(Nowhere, TimeProvider.System, credential: null, handler);
        var finding = Assert.Single(await queue.CheckAsync(_bound));

        Assert.Contains(words, finding.Error!.Message, StringComparison.Ordinal);
        Assert.Null(finding.Error.Failure.Status);
        Assert.True(finding.Error.Failure.IsTransient);
    }

    [Fact]
    public async Task A_try_without_an_answer_is_a_timeout_not_a_cancellation()
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => throw new OperationCanceledException() };
        await using var queue = new AzureQueue(Nowhere, TimeProvider.System, credential: null, handler);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains(
            "no answer from 'acct.queue.core.windows.net' within 30 s a try", error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
    }
}
