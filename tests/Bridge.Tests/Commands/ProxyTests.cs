using System.Collections.Immutable;
using Bridge.Tests.Publish;
using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>
/// An HTTP proxy of the environment that is dead or refuses is named as what is in the way, by host and port and not with its
/// password, and the queue is not blamed. Loopback is never asked through one.
/// </summary>
[Collection(BrokerTests.Name)]
public sealed class ProxyTests(BrokerFixture broker, CloudsFixture clouds) : IClassFixture<CloudsFixture>
{
    private const string Secret = "hunter2-of-the-proxy";
    private const string AzureUrl = "https://acct.queue.core.windows.net/orders";
    private const string SqsUrl = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";

    public static TheoryData<string, string> Refusals => new()
    {
        { AzureUrl, "HTTP/1.1 407 Proxy Authentication Required" },
        { AzureUrl, "HTTP/1.1 403 Forbidden" },
        { AzureUrl, "" },
        { SqsUrl, "HTTP/1.1 407 Proxy Authentication Required" },
        { SqsUrl, "HTTP/1.1 502 Bad Gateway" },
        { SqsUrl, "" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_proxy_that_refuses_is_named_by_the_check(string url, string answer)
    {
        await using var proxy = new RefusingProxy(answer);

        AssertNamed((await CheckAsync(url, proxy.Port)).Output, proxy.Port, url);
        Assert.True(proxy.Requests > 0);
    }

    [Theory]
    [InlineData(AzureUrl)]
    [InlineData(SqsUrl)]
    public async Task A_proxy_that_is_dead_is_named_by_the_check(string url)
    {
        var port = FreePort.Next();

        AssertNamed((await CheckAsync(url, port)).Output, port, url);
    }

    [Theory]
    [InlineData(AzureUrl)]
    [InlineData(SqsUrl)]
    public async Task A_proxy_whose_name_does_not_resolve_is_named_by_the_check(string url)
    {
        var output = (await CheckAsync(url, 3128, "proxy.invalid")).Output;

        Assert.Contains("the proxy 'proxy.invalid:3128'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        AzureUrl,
        "AZURE_TENANT_ID=00000000-0000-0000-0000-000000000001;AZURE_CLIENT_ID=c;AZURE_CLIENT_SECRET=planted-client-secret")]
    [InlineData(
        SqsUrl,
        "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r;AWS_WEB_IDENTITY_TOKEN_FILE=/proc/self/status;AWS_REGION=eu-central-1")]
    public async Task Credentials_that_cannot_be_got_through_the_proxy_name_it(string url, string credentials)
    {
        await using var proxy = new RefusingProxy("HTTP/1.1 407 Proxy Authentication Required");
        var environment = Environment(url, $"127.0.0.1:{proxy.Port}")
            .RemoveRange(["Bridge__Queues__0__Connection", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
            .SetItem("AWS_EC2_METADATA_DISABLED", "true")
            .SetItems(credentials.Split(';')
                .Select(pair => pair.Split('=', 2))
                .Select(pair => new KeyValuePair<string, string>(pair[0], pair[1])));

        var output = (await BridgeCommand.RunAsync(environment, "check")).Output;

        Assert.Contains($"the proxy '127.0.0.1:{proxy.Port}'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-client-secret", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AzureUrl)]
    [InlineData(SqsUrl)]
    public async Task A_sender_names_the_proxy_on_standard_error(string url)
    {
        await using var proxy = new RefusingProxy("HTTP/1.1 407 Proxy Authentication Required");
        var environment = Environment(url, $"127.0.0.1:{proxy.Port}");
        var connection = environment.GetValueOrDefault("Bridge__Queues__0__Connection");
        string[] arguments =
            ["send", "--queue", url, .. connection is null ? Array.Empty<string>() : ["--connection", connection]];

        var result = await BridgeProcess.RunBridgeAsync(arguments, """{"style":"log"}""", environment);

        Assert.Equal(1, result.ExitCode);
        AssertNamed(result.Errors, proxy.Port, url);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Loopback_is_never_asked_through_a_proxy(string kind)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var proxy = new RefusingProxy("HTTP/1.1 407 Proxy Authentication Required");
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync(kind))
            .SetItems(Proxies($"127.0.0.1:{proxy.Port}"));

        var result = await BridgeCommand.RunAsync(environment, "check");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal(0, proxy.Requests);
    }

    private Task<Harness.Components.CommandResult> CheckAsync(string url, int port, string host = "127.0.0.1") =>
        BridgeCommand.RunAsync(Environment(url, $"{host}:{port}"), "check");

    private static void AssertNamed(string output, int port, string url)
    {
        Assert.Contains($"the proxy '127.0.0.1:{port}'", output, StringComparison.Ordinal);
        Assert.Contains("HTTPS_PROXY", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        Assert.DoesNotContain($"'{new Uri(url).Host}' does not resolve", output, StringComparison.Ordinal);
        Assert.DoesNotContain($"nothing listens at '{new Uri(url).Host}'", output, StringComparison.Ordinal);
    }

    private ImmutableDictionary<string, string> Environment(string url, string proxy) =>
        BridgeQueue.BridgeEnvironment(
            broker.Server.Uri,
            new BridgeQueue(new Uri(url), Connection: url == AzureUrl ? "AccountName=acct;AccountKey=c2VjcmV0LWtleQ==" : null))
            .SetItem("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").SetItem("AWS_SECRET_ACCESS_KEY", "planted").SetItems(Proxies(proxy));

    private static Dictionary<string, string> Proxies(string proxy) => new(StringComparer.Ordinal)
    {
        ["HTTPS_PROXY"] = $"http://user:{Secret}@{proxy}",
        ["HTTP_PROXY"] = $"http://user:{Secret}@{proxy}",
        ["ALL_PROXY"] = $"http://user:{Secret}@{proxy}",
    };
}
