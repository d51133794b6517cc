using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Harness.Components;
using Harness.Faults;
using Integration.Tests.EndToEnd;
using Telemetry.Wire;

namespace Integration.Tests.Security;

/// <summary>Plants secrets and payloads, makes everything go well and wrong, and looks for them in all that was shown.</summary>
[Collection(RoadCollection.Name)]
public sealed class SecretTests(RoadComponents components, ITestOutputHelper output) : IDisposable
{
    private const int MostLines = 5_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CertificateAuthority _authority = new("company CA");
    private readonly SecretSearch _search = new();
    private readonly ConcurrentQueue<(string Where, string Text)> _shown = new();
    private readonly HttpClient _http = Loopback.NewHttpClient();

    // Each with what percent-encoding changes.
    private readonly string _brokerPassword = $"Broker+{Token()}/pw=";
    private readonly string _wrongPassword = $"Wrong+{Token()}/pw=";
    private readonly string _awsSecret = $"Aws+{Token()}/{Token()}==";
    private readonly string _awsToken = $"Session+{Token()}/{Token()}==";
    private readonly string _keyPassword = $"Pem+{Token()}/pw=";
    private readonly string _wrongAccountKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size));
    private readonly string _otherKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size));
    private readonly string _shortKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private readonly string _payload = $"Payload{Token()}";

    public void Dispose()
    {
        _authority.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task Neither_secrets_nor_payloads_are_in_logs_metrics_pages_or_what_commands_write()
    {
        await using var road = await Road.LayAsync(components, output);
        Plant(road.Azure.Queue.Connection!);
        await SetUpAsync(road);

        await SucceedAsync(road);
        await FailAsync(road);

        Assert.True(_shown.Count > 30, $"only {_shown.Count} texts were looked at");
        var findings = _shown.SelectMany(shown => _search.Find(shown.Where, shown.Text)).Distinct(StringComparer.Ordinal)
            .ToList();
        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings));
        output.WriteLine($"{_shown.Count} texts of {_shown.Sum(shown => shown.Text.Length):N0} characters: {string.Join("; ", _shown.Select(shown => shown.Where).Distinct())}");
    }

    [Theory]
    [InlineData("as it is", "log line {0} end")]
    [InlineData("percent-encoded", "amqp://user:{1}@host")]
    [InlineData("in Base64", "Authorization: Basic {2}")]
    [InlineData("in Base64 behind one character", "Authorization: Basic {3}")]
    [InlineData("in Base64 behind two characters", "Authorization: Basic {4}")]
    [InlineData("in hexadecimal", "key {5}")]
    public void The_scan_finds_a_secret_in_every_form(string form, string text)
    {
        _search.Add("secret", _brokerPassword);

        var shown = string.Format(
            System.Globalization.CultureInfo.InvariantCulture,
            text,
            _brokerPassword,
            Uri.EscapeDataString(_brokerPassword),
            Base64(_brokerPassword),
            Base64($":{_brokerPassword}."),
            Base64($"u:{_brokerPassword}.."),
            Convert.ToHexStringLower(Encoding.UTF8.GetBytes(_brokerPassword)));

        Assert.NotEmpty(_search.Find(form, shown));
        Assert.Empty(_search.Find(form, text));
    }

    private static string Token() => Convert.ToHexString(RandomNumberGenerator.GetBytes(8));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string AccountKeyOf(string connection) =>
        connection.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];

    private void Plant(string connection)
    {
        _search.Add("the storage account's key", AccountKeyOf(connection));
        _search.Add("a wrong storage account's key", _wrongAccountKey);
        _search.Add("the RabbitMQ password", _brokerPassword);
        _search.Add("a wrong RabbitMQ password", _wrongPassword);
        _search.Add("the AWS secret", _awsSecret);
        _search.Add("the AWS session token", _awsToken);
        _search.Add("the client key's password", _keyPassword);
        _search.Add("a key", _key);
        _search.Add("another key", _otherKey);
        _search.Add("a key that is too short", _shortKey);
        _search.Add("a payload", _payload);
    }

    private async Task SetUpAsync(Road road)
    {
        // Everything that the bridge and its libraries have to say.
        road.Settings = road.Settings
            .SetItem("Logging__LogLevel__Default", "Trace").SetItem("Logging__LogLevel__Microsoft", "Trace")
            .SetItem("AWS_SECRET_ACCESS_KEY", _awsSecret).SetItem("AWS_SESSION_TOKEN", _awsToken)
            .SetItem("Bridge__Keys__k1", _key)
            .SetItem("Bridge__RabbitMq__RoutingKey", "{style}.{service}.{level}")
            .SetItem("Bridge__RabbitMq__Uri", UriOf(road, _brokerPassword));
        var host = road.Broker.AbsolutePath[1..];
        await components.RabbitMq.EvaluateAsync(
            $"ok=rabbit_auth_backend_internal:add_user(<<\"{host}\">>, <<\"{_brokerPassword}\">>, <<\"local\">>), "
                + $"ok=rabbit_auth_backend_internal:set_permissions(<<\"{host}\">>, <<\"{host}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"local\">>).");
    }

    private static string UriOf(Road road, string password, int? port = null, string scheme = "amqp") =>
        $"{scheme}://{road.Broker.AbsolutePath[1..]}:{Uri.EscapeDataString(password)}@127.0.0.1:{port ?? road.Broker.Port}{road.Broker.AbsolutePath}";

    // Events that arrive, events and messages that become dead letters, and every page and command that shows something of them.
    private async Task SucceedAsync(Road road)
    {
        var bridge = await road.StartBridgeAsync();
        var (azure, sqs) = (road.Azure, road.Sqs);
        var json = $$"""{"style":"logs","service":"orders","level":"info","message":"{{_payload}}"}""";
        var large = Encoding.UTF8.GetBytes(
            json[..^1] + $",\"dump\":\"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(120_000))}\"}}");
        road.Ledger.Expect(json);
        road.Ledger.Expect(large, "several chunks");
        await azure.PutAsync(new BatchWriter(azure.Limits, MasterKey.Parse("k1", _key)).Write(large));
        var send = await BridgeProcess.RunBridgeAsync(
            ["send", "--queue", sqs.Queue.Url.ToString(), "--kind", "sqs"], json,
            road.Settings.SetItem("TELEMETRY_KEY", $"k1:{_key}"));
        Show("send", send);
        Assert.Equal(0, send.ExitCode);

        await azure.PutAsync($"no JSON: {_payload}");
        await azure.PutAsync($$"""{"style":"logs","message":"{{_payload}}""");
        await azure.PutAsync(
            new BatchWriter(azure.Limits).Write(Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes($"\"{_payload}\"")));
        road.Ledger.Expect(json + " ");
        await sqs.PutAsync(json + " ");
        await sqs.PutAsync(new BatchWriter(sqs.Limits, MasterKey.Parse("k2", _otherKey)).Write(Encoding.UTF8.GetBytes(json)));
        await sqs.PutAsync(Chunk.Altered(
            new BatchWriter(sqs.Limits, MasterKey.Parse("k1", _key)).Write(Encoding.UTF8.GetBytes(json)).Single(), chunk =>
                chunk[^1] ^= 1));
        await road.UntilAllArrivedAsync();
        await road.DeadLetters.UntilAsync(5, Patience, road.Describe);

        await ShowPagesAsync("running", bridge);
        string[][] commands =
            [["check"], ["dead", "list"], ["dead", "list", "--json"], ["dead", "replay", "--dry-run"], ["dead", "replay"]];
        foreach (var command in commands)
        {
            var result = await road.RunAsync(command);
            Show(string.Join(' ', command), result);
            Assert.Equal(0, result.ExitCode);
        }

        Assert.Equal(0, await bridge.TerminateAsync());
        Show("the log of a bridge that works", bridge.Process);
    }

    private async Task FailAsync(Road road)
    {
        var good = road.Settings;
        var port = FreePort.Next();
        var encrypted = _authority.IssueForClient("bridge", _keyPassword + "!");
        var wrongConnection = road.Azure.Queue.Connection!.Replace(
            AccountKeyOf(road.Azure.Queue.Connection), _wrongAccountKey, StringComparison.Ordinal);
        ImmutableArray<(string Name, ImmutableDictionary<string, string> Settings)> broken =
        [
            ("wrong password", good.SetItem("Bridge__RabbitMq__Uri", UriOf(road, _wrongPassword))),
            ("password not encoded", good.SetItem("Bridge__RabbitMq__Uri", $"amqp://user:{_wrongPassword}@127.0.0.1/")),
            ("password with a second colon", good.SetItem("Bridge__RabbitMq__Uri", $"amqp://user:{_wrongPassword}:x@127.0.0.1/")),
            ("another scheme", good.SetItem("Bridge__RabbitMq__Uri", UriOf(road, _brokerPassword, scheme: "http"))),
            ("no TLS there", good.SetItem("Bridge__RabbitMq__Uri", UriOf(road, _brokerPassword, scheme: "amqps"))),
            ("wrong storage key", good.SetItem("Bridge__Queues__0__Connection", wrongConnection)),
            (
                "broken storage key",
                good.SetItem(
                    "Bridge__Queues__0__Connection",
                    wrongConnection.Replace("AccountKey=", "AccountKey=%", StringComparison.Ordinal))),
            ("storage key as address", good.SetItem("Bridge__Queues__0__Url", wrongConnection)),
            ("short key", good.SetItem("Bridge__Keys__k1", _shortKey)),
            ("two keys swapped", good.SetItem("Bridge__Keys__k1", $"k1:{_key}")),
            ("wrong client key password", good.SetItem("Bridge__RabbitMq__Uri", UriOf(road, _brokerPassword, scheme: "amqps"))
                .SetItem("Bridge__RabbitMq__ClientCertificateFile", encrypted.PfxFile)
                    .SetItem("Bridge__RabbitMq__ClientKeyPassword", _keyPassword)),
        ];
        await Parallel.ForEachAsync(broken, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (
            situation, cancellationToken) =>
        {
            foreach (var command in (string[])["check", "run"])
            {
                var result = await BridgeProcess.RunBridgeAsync(
                    [command], environment: situation.Settings, cancellationToken: cancellationToken);
                Show($"{command}, {situation.Name}", result);
                Assert.True(
                    result.ExitCode == 1, $"{command}, {situation.Name}: {result.ExitCode} {result.Output} {result.Errors}");
            }
        });

        await FailToSendAsync(road, wrongConnection);
        await WaitForBrokerAsync(road, good.SetItem("Bridge__RabbitMq__Uri", UriOf(road, _brokerPassword, port)));
    }

    private async Task FailToSendAsync(Road road, string wrongConnection)
    {
        var azure = road.Azure.Queue.Url.ToString();
        foreach (var arguments in (string[][])
        [
            ["send", "--queue", azure, "--kind", "azure", "--connection", wrongConnection],
            ["send", "--queue", azure, "--kind", "azure", "--conection", wrongConnection],
            ["send", "--queue", azure, "--kind", "azure", "--key", _key],
            ["inspect", $"--kye=k1:{_key}"],
        ])
        {
            var result = await BridgeProcess.RunBridgeAsync(arguments, $$"""{"message":"{{_payload}}"}""", road.Settings);
            Show(string.Join(' ', arguments[0], arguments[^2]).Replace(azure, "", StringComparison.Ordinal), result);
            Assert.NotEqual(0, result.ExitCode);
        }
    }

    private async Task WaitForBrokerAsync(Road road, ImmutableDictionary<string, string> settings)
    {
        await using var bridge = await BridgeProcess.StartAsync(settings, waitUntilReady: false);
        await bridge.Process.WaitForLineAsync(
            line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
        await ShowPagesAsync("waiting for the broker", bridge);
        await bridge.TerminateAsync();
        Show("the log of a bridge without broker", bridge.Process);
        Assert.Equal(0, road.Ledger.Missing);
    }

    private async Task ShowPagesAsync(string when, BridgeProcess bridge)
    {
        foreach (var page in (string[])["/healthz", "/readyz", "/metrics", "/"])
        {
            using var response = await _http.GetAsync(new Uri(bridge.Url, page));
            _shown.Enqueue(($"{page}, {when}", response.Headers + await response.Content.ReadAsStringAsync()));
        }
    }

    private void Show(string where, CommandResult result) => _shown.Enqueue((where, result.Output + result.Errors));

    private void Show(string where, ChildProcess process)
    {
        Assert.InRange(process.Lines.Count, 2, MostLines - 1);
        Assert.True(
            where.Contains("without", StringComparison.Ordinal)
                || process.Lines.Any(line => line.Contains("\"Debug\"", StringComparison.Ordinal)),
            process.Tail());
        _shown.Enqueue((where, string.Join('\n', process.Lines)));
    }
}
