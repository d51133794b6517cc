using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

public sealed class QueueEndpointTests
{
    [Theory]
    [InlineData("https://account.queue.core.windows.net/telemetry", null, QueueKind.Azure)]
    [InlineData("https://account.queue.core.chinacloudapi.cn/telemetry", "", QueueKind.Azure)]
    [InlineData("https://account.z01.queue.storage.azure.net/telemetry", null, QueueKind.Azure)]
    [InlineData("http://127.0.0.1:10001/devstoreaccount1/telemetry", " Azure ", QueueKind.Azure)]
    [InlineData("https://sqs.eu-central-1.amazonaws.com/123456789012/telemetry", null, QueueKind.Sqs)]
    [InlineData("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/telemetry", null, QueueKind.Sqs)]
    [InlineData("https://sqs.eu-west-1.api.aws/123456789012/telemetry", null, QueueKind.Sqs)]
    [InlineData("http://localhost:4566/000000000000/telemetry", "sqs", QueueKind.Sqs)]
    public void The_kind_follows_from_the_host_or_is_given(string url, string? kind, QueueKind expected)
    {
        Assert.True(QueueEndpoint.TryParse(url, kind, connection: " ", out var endpoint, out var error), error);

        Assert.Equal((expected, "telemetry", null), (endpoint.Kind, endpoint.Name, endpoint.Connection));
        Assert.Equal(url, endpoint.ToString());
    }

    [Theory]
    [InlineData(null, null, null, "an empty text is no queue address")]
    [InlineData("", null, null, "an empty text is no queue address")]
    [InlineData("telemetry", null, null, "'telemetry' is no queue address: give https://")]
    [InlineData("ftp://account.queue.core.windows.net/telemetry", null, null, "is no queue address")]
    [InlineData("https://account.queue.core.windows.net/", null, null, "names no queue")]
    [InlineData("https://account.queue.core.windows.net/telemetry/", null, null, "names no queue")]
    [InlineData(
        "https://account.queue.core.windows.net/telemetry?sv=1&sig=geheim", null, null, "leave only scheme, host and path")]
    [InlineData("https://user:geheim@account.queue.core.windows.net/telemetry", null, null, "leave only scheme, host and path")]
    [InlineData("https://account.queue.core.windows.net/telemetry#geheim", null, null, "leave only scheme, host and path")]
    [InlineData("ftp://user:geheim@host/telemetry", null, null, "is no queue address")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=geheim", null, null, "is no queue address")]
    [InlineData("https://queue.example/telemetry", null, null, "'queue.example' does not tell")]
    [InlineData("https://queue.example/telemetry", "rabbit", null, "'rabbit' is no queue kind")]
    [InlineData(
        "https://sqs.eu-central-1.amazonaws.com/1/telemetry", null, "AccountKey=geheim", "only Azure takes one; remove it")]
    public void What_is_no_endpoint_is_refused_in_one_line_without_a_secret(
        string? url, string? kind, string? connection, string problem)
    {
        Assert.False(QueueEndpoint.TryParse(url, kind, connection, out var endpoint, out var error));

        Assert.Null(endpoint);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void An_endpoint_is_shown_without_its_connection()
    {
        Assert.True(
            QueueEndpoint.TryParse("https://a.queue.core.windows.net/q", null, "AccountKey=geheim", out var endpoint, out _));

        Assert.Equal("AccountKey=geheim", endpoint.Connection);
        Assert.DoesNotContain("geheim", $"{endpoint}", StringComparison.Ordinal);
    }
}
