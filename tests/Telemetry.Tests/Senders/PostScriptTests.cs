using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Telemetry.Queues;
using Telemetry.Tests.Aws;

namespace Telemetry.Tests.Senders;

/// <summary>What docs/senders/post.py and post.mjs send, both queues take.</summary>
[Collection(Azure.AzuriteCollection.Name)]
public sealed class PostScriptTests(Azure.AzuriteFixture azurite)
{
    private const string Event = """{"message":"žluťoučký kůň 🐎 & <b>"}""";

    public static TheoryData<string> Languages => [.. Script.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task An_event_reaches_an_azure_queue_through_a_shared_access_signature(string language)
    {
        var endpoint = azurite.NewQueue();
        await using var queue = new Telemetry.Azure.AzureQueueConnector().OpenReceiver(endpoint, TimeProvider.System);
        await queue.CreateIfMissingAsync(CancellationToken.None);

        var result = await Script.RunAsync($"post.{language}", [Event], environment: AzureEnvironment(endpoint));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(Event, await OnlyTextAsync(queue));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task An_event_reaches_sqs_with_the_signature_that_the_service_computes_itself(string language)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("{}"));

        var result = await Script.RunAsync(
            $"post.{language}", [Event], environment: SqsEnvironment(sqs.Endpoint, "session-token-1"));

        Assert.True(result.ExitCode == 0, result.Errors);
        var request = Assert.Single(sqs.Requests);
        Assert.Equal(Event, (string?)request.Json["MessageBody"]);
        Assert.Equal(("POST", "/", "AmazonSQS.SendMessage"), (request.Method, request.Path, request.Headers["X-Amz-Target"]));
        Assert.Equal("session-token-1", request.Headers["X-Amz-Security-Token"]);
        Assert.Equal(SigV4Check.Expected(request, KnownCredentials.Secret), SigV4Check.Given(request));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_queue_that_refuses_makes_the_script_fail(string language)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error("AccessDenied", 403));

        var result = await Script.RunAsync($"post.{language}", [Event], environment: SqsEnvironment(sqs.Endpoint, token: null));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("403", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(KnownCredentials.Secret, result.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> OnlyTextAsync(IQueueReceiver queue)
    {
        var messages = await queue.ReceiveAsync(10, TimeSpan.FromMinutes(1), TimeSpan.Zero, CancellationToken.None);
        return Encoding.UTF8.GetString(Assert.Single(messages).Text.Span);
    }

    private static Dictionary<string, string> AzureEnvironment(QueueEndpoint endpoint) => new(StringComparer.Ordinal)
    {
        ["TELEMETRY_QUEUE"] = endpoint.Url.ToString(),
        ["TELEMETRY_QUEUE_SAS"] = SharedAccessSignature(endpoint),
    };

    internal static Dictionary<string, string> SqsEnvironment(QueueEndpoint endpoint, string? token)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TELEMETRY_QUEUE"] = endpoint.Url.ToString(),
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = KnownCredentials.Key,
            ["AWS_SECRET_ACCESS_KEY"] = KnownCredentials.Secret,
        };
        if (token is not null)
            environment["AWS_SESSION_TOKEN"] = token;
        return environment;
    }

    // A service signature of the Queue service with the right to add and nothing else.
    private static string SharedAccessSignature(QueueEndpoint endpoint)
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = endpoint.Connection };
        var expiry = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ");
        var signed = $"a\n\n{expiry}\n/queue/{connection["AccountName"]}/{endpoint.Name}\n\n\n\n2021-12-02";
        var signature = HMACSHA256.HashData(
            Convert.FromBase64String((string)connection["AccountKey"]), Encoding.UTF8.GetBytes(signed));
        return $"sv=2021-12-02&se={Uri.EscapeDataString(expiry)}&sp=a&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}";
    }
}
