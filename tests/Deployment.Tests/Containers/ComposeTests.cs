using System.Net;
using System.Text.Json.Nodes;
using Harness.Components;

namespace Deployment.Tests.Containers;

/// <summary>
/// <c>infra/container/compose.yaml</c>: what it names is there, and what it says to the bridge the bridge understands.
/// </summary>
public sealed class ComposeTests
{
    private const string Compose = "infra/container/compose.yaml";
    private const string MadeByUp = "${LAPTOP:?run infra/container/up}";

    [Fact]
    public async Task Everything_that_it_mounts_is_there()
    {
        foreach (var (name, service) in await ServicesAsync())
        {
            foreach (var source in Volumes(service).Where(source => source.StartsWith('.')))
            {
                var path = Path.GetFullPath(Path.Combine(LocalFolders.Root, "infra", "container", source));
                Assert.True(Path.Exists(path), $"{name} mounts {source}, which is not there");
            }
        }
    }

    [Fact]
    public async Task Services_that_it_waits_for_and_volumes_that_it_names_are_its_own()
    {
        var compose = await ReadAsync();
        var services = (await ServicesAsync()).ToDictionary(StringComparer.Ordinal);

        foreach (var (name, service) in services)
        {
            var awaited = service.At("depends_on") is JsonArray list
                ? list.Items().Select(item => item.Text())
                : service.At("depends_on").Members().Select(member => member.Key);
            Assert.All(awaited, other => Assert.True(services.ContainsKey(other), $"{name} waits for {other}"));
            var named = Volumes(service)
                .Where(source => !source.StartsWith('.') && !source.StartsWith(MadeByUp, StringComparison.Ordinal));
            Assert.All(named, volume => Assert.Contains(volume, compose.At("volumes").Members().Select(member => member.Key)));
        }
    }

    [Fact]
    public async Task What_it_says_to_the_bridge_are_valid_options()
    {
        var environment = Environment((await ServicesAsync()).Single(service => service.Key == "bridge").Value);

        Assert.Empty(BridgeVariables.Problems(environment));
        Assert.Empty(BridgeVariables.Errors(environment));

        // The services' names are the hosts of all that it reaches.
        var services = (await ServicesAsync()).Select(service => service.Key).ToList();
        Assert.All(
            environment.Where(variable => Uri.IsWellFormedUriString(variable.Value, UriKind.Absolute)),
            variable => Assert.Contains(new Uri(variable.Value).Host, services));
    }

    [Fact]
    public async Task A_misspelt_option_is_found()
    {
        var environment = Environment((await ServicesAsync()).Single(service => service.Key == "bridge").Value);

        Assert.NotEmpty(BridgeVariables.Problems(environment.Append(new("Bridge__RabbitMq__Exchang", "telemetry"))));
        Assert.NotEmpty(BridgeVariables.Errors(environment.Append(new("Bridge__Receive__Lease", "00:00:01"))));
    }

    [Fact]
    public async Task Images_have_exact_tags_and_ports_are_open_on_this_machine_only()
    {
        foreach (var (name, service) in await ServicesAsync())
        {
            Assert.Matches(@"^[^:]+:(dev|v?\d+\.\d+)", service.At("image").Text());
            Assert.All(
                service.At("ports").Items(), port => Assert.StartsWith("127.0.0.1:", port.Text(), StringComparison.Ordinal));
            Assert.True(service.At("privileged") is null, $"{name} is privileged");
        }
    }

    [Fact]
    public async Task The_bridge_has_no_right_that_it_does_not_need_and_the_time_to_end()
    {
        var bridge = (await ServicesAsync()).Single(service => service.Key == "bridge").Value;

        Assert.Equal("true", bridge.At("read_only").Text());
        Assert.Equal("ALL", Assert.Single(bridge.At("cap_drop").Items()).Text());
        Assert.Equal("no-new-privileges:true", Assert.Single(bridge.At("security_opt").Items()).Text());
        Assert.Equal("35s", bridge.At("stop_grace_period").Text());
    }

    [Fact]
    public async Task The_signature_makes_a_queue_in_the_emulator_and_does_no_more()
    {
        await using var azurite = await AzuriteServer.StartAsync();
        var queue = (await ServicesAsync()).Single(service => service.Key == "azurite-queue").Value;
        var url =
            new UriBuilder(
                queue.At("command").Text()
                    .Split(' ')[^1])
            { Host = azurite.QueueUrl("telemetry").Host, Port = azurite.QueueUrl("telemetry").Port }.Uri;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        using var made = await http.PutAsync(url, content: null);
        using var again = await http.PutAsync(url, content: null);
        using var read = await http.GetAsync(new UriBuilder(url) { Path = $"{url.AbsolutePath}/messages" }.Uri);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
    }

    private static async Task<JsonNode> ReadAsync()
    {
        var file = Assert.Single(await Yaml.ReadAsync(Compose));
        Assert.Empty(file.Errors);
        return Assert.Single(file.Documents);
    }

    private static async Task<IEnumerable<KeyValuePair<string, JsonNode>>> ServicesAsync() =>
        (await ReadAsync()).At("services").Members().Select(service => KeyValuePair.Create(service.Key, service.Value!));

    // What stands before the path in the container; a variable's message has a colon of its own.
    private static IEnumerable<string> Volumes(JsonNode service) =>
        service.At("volumes").Items().Select(volume => volume.Text().Split(":/")[0]);

    private static IReadOnlyList<KeyValuePair<string, string>> Environment(JsonNode service) =>
    [
        .. service.At("environment").Members()
            .Select(
                variable => KeyValuePair.Create(
                    variable.Key,
                    variable.Value.Text()
                        .Replace("${BRIDGE_PASSWORD:?run infra/container/up}", "password", StringComparison.Ordinal))),
    ];
}
