using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

public sealed class TelemetryOptionsTests
{
    private const string Url = "https://account.queue.core.windows.net/telemetry";
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public void Every_default_is_as_documented()
    {
        var options = From(("TELEMETRY_QUEUE", Url));

        Assert.Equal(Url, options.Queue.ToString());
        Assert.Equal("unknown", options.Service);
        Assert.Null(options.Release);
        Assert.Equal(Environment.MachineName, options.Instance);
        Assert.Null(options.Key);
        Assert.Equal(32 * 1024 * 1024, options.BufferBytes);
        Assert.Equal(TimeSpan.FromSeconds(1), options.FlushInterval);
        Assert.Equal(TimeSpan.FromSeconds(30), options.SendTimeout);
    }

    [Fact]
    public void The_environment_sets_what_it_is_documented_to_set()
    {
        var options = From(
            ("TELEMETRY_QUEUE", "http://127.0.0.1:10001/devstoreaccount1/telemetry"), ("TELEMETRY_QUEUE_KIND", "azure"),
            ("TELEMETRY_QUEUE_CONNECTION", "AccountName=devstoreaccount1"), ("TELEMETRY_SERVICE", "orders"), ("TELEMETRY_RELEASE",
                "1.2.3"),
            ("TELEMETRY_KEY", "k1:" + Key), ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"));

        Assert.Equal((QueueKind.Azure, "telemetry", "AccountName=devstoreaccount1"),
            (options.Queue.Kind, options.Queue.Name, options.Queue.Connection));
        Assert.Equal(
            ("orders", "1.2.3", "k1", "stream"), (options.Service, options.Release, options.Key!.Version, options.Instance));
    }

    [Theory]
    [InlineData("AWS_LAMBDA_FUNCTION_NAME")]
    [InlineData("WEBSITE_SITE_NAME")]
    public void A_function_without_a_service_name_goes_by_the_platforms(string variable) =>
        Assert.Equal(
            "create-order", From(("TELEMETRY_QUEUE", Url), (variable, "create-order"), ("TELEMETRY_SERVICE", "")).Service);

    [Theory]
    [InlineData(null, null, null, null, "TELEMETRY_QUEUE is not set")]
    [InlineData(" ", null, null, null, "TELEMETRY_QUEUE is not set")]
    [InlineData("telemetry", null, null, null, "TELEMETRY_QUEUE: 'telemetry' is no queue address")]
    [InlineData("http://127.0.0.1/a/q", null, null, null, "set the kind to azure or sqs")]
    [InlineData(Url, "kafka", null, null, "'kafka' is no queue kind")]
    [InlineData("https://sqs.eu-central-1.amazonaws.com/1/q", null, "AccountKey=geheim", null, "only Azure takes one")]
    [InlineData("AccountName=a;AccountKey=geheim", null, null, null, "a text of 31 characters is no queue address")]
    [InlineData(Url, null, null, "geheim", "TELEMETRY_KEY: the key must read kver:base64")]
    [InlineData(Url, null, null, "k1:geheim", "TELEMETRY_KEY: the key must read kver:base64")]
    [InlineData(Url, null, null, "geheim:k1", "TELEMETRY_KEY: the key must read kver:base64")]
    public void What_is_wrong_is_named_with_its_remedy_and_never_with_a_secret(
        string? url, string? kind, string? connection, string? key, string problem)
    {
        var error = Assert.Throws<FormatException>(() => From(
            ("TELEMETRY_QUEUE", url), ("TELEMETRY_QUEUE_KIND", kind), ("TELEMETRY_QUEUE_CONNECTION",
                connection), ("TELEMETRY_KEY", key)));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.ToString(), StringComparison.Ordinal);
    }

    private static TelemetryOptions From(params (string Name, string? Value)[] environment) =>
        TelemetryOptions.FromEnvironment(name => environment.SingleOrDefault(variable => variable.Name == name).Value);
}
