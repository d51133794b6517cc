using Bridge.Core.Configuration;
using Bridge.Core.Reassembly;
using Bridge.Tests.Commands;
using Harness.Components;
using Microsoft.Extensions.Configuration;

namespace Bridge.Tests;

/// <summary>What checking and running say of settings: the same, and nothing is passed over in silence.</summary>
public sealed class SettingsTests
{
    private static readonly Dictionary<string, string?> Valid = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Bridge:Queues:0:Url"] = "https://sqs.eu-central-1.amazonaws.com/1/events",
    };

    [Theory]
    [InlineData("Bridge:Receive:MaxDeliverys", "Bridge:Receive:MaxDeliveries")]
    [InlineData("Bridge:Recieve:MaxDeliveries", "Bridge:Receive:MaxDeliveries")]
    [InlineData("Bridge:MaxDeliveries", "Bridge:Receive:MaxDeliveries")]
    [InlineData("Bridge:Receive_MaxDeliveries", "Bridge:Receive:MaxDeliveries")]
    [InlineData("Bridge:RabbitMq:Recieve:Lease", "Bridge:Receive:Lease")]
    [InlineData("Bridge:Queues:0:Ulr", "Bridge:Queues:0:Url")]
    [InlineData("Bridge:Queues:12:Conection", "Bridge:Queues:0:Connection")]
    [InlineData("Bridge:Queues:Url", "Bridge:Queues:0:Url")]
    [InlineData("Bridge:Queues:0O:Url", "Bridge:Queues:0:Url")]
    [InlineData("Bridge:Queue:0:Url", "Bridge:Queues:0:Url")]
    [InlineData("Bridge:Key:k1", "Bridge:Keys:k1")]
    [InlineData("Bridge:Assemble:Partition", "Bridge:Assemble:Partitions")]
    [InlineData("Bridge:Assemble:Grace", null)]
    [InlineData("Bridge:RabbitMq:Url", "Bridge:RabbitMq:Uri")]
    [InlineData("Bridge:RabbitMq:RoutingKeys", "Bridge:RabbitMq:RoutingKey")]
    [InlineData("Bridge:RabbitMq:DisplayUri", null)]
    [InlineData("Bridge:Http:StatusPages", "Bridge:Http:StatusPage")]
    [InlineData("Bridge:Otlp:TraceRate", "Bridge:Otlp:TraceRatio")]
    public void An_unknown_setting_is_an_error_that_names_the_nearest_known_one(string path, string? nearest)
    {
        var error = Assert.Single(
            Errors((path, "00:01:00")),
            error => error.StartsWith($"{path} is no setting; the nearest is Bridge:", StringComparison.Ordinal));

        if (nearest is not null)
            Assert.EndsWith($" {nearest}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bridge:Keys:a:b", "Bridge:Keys:a:b is one level too deep: Bridge:Keys:a takes a value")]
    [InlineData("Bridge:Receive:Lease:Seconds", "Bridge:Receive:Lease:Seconds is one level too deep")]
    [InlineData("Bridge:Receive", "Bridge:Receive is no setting by itself; the nearest is Bridge:Receive:")]
    [InlineData("Bridge:Queues", "Bridge:Queues is no setting by itself; the nearest is Bridge:Queues:0:")]
    [InlineData("Bridge:Queues:0", "Bridge:Queues:0 is no setting by itself; the nearest is Bridge:Queues:0:")]
    public void A_level_too_deep_or_too_high_is_an_error(string path, string error) =>
        Assert.StartsWith(error, Assert.Single(Errors((path, "00:01:00"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Bridge:Receive:Lease", "90s", "give a time as HH:MM:SS")]
    [InlineData("Bridge:Receive:MaxPolls", "8.5", "give a whole number")]
    [InlineData("Bridge:Receive:MaxBytes", "6MiB", "give a whole number")]
    [InlineData("Bridge:Otlp:TraceRatio", "1%", "give a number such as 0.5")]
    [InlineData("Bridge:Http:StatusPage", "yes", "give true or false")]
    public void A_text_of_another_form_is_an_error_with_its_remedy(string path, string value, string remedy) =>
        Assert.StartsWith($"{path} is '{value}': {remedy}", Assert.Single(Errors((path, value))), StringComparison.Ordinal);

    [Fact]
    public void All_errors_are_listed_together()
    {
        var errors = Errors(("Bridge:Receive:Leas", "1"), ("Bridge:Assemble:Partitions", "0"), ("Bridge:Otlp:Endpoints", "x"));

        Assert.Equal(3, errors.Count);
        Assert.Single(errors, error => error.Contains("Partitions is 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BRIDGE_PORT", "tcp://10.0.0.1:8080")]
    [InlineData("BRIDGE_SERVICE_HOST", "10.0.0.1")]
    [InlineData("BRIDGE_PORT_8080_TCP_ADDR", "10.0.0.1")]
    [InlineData("Logging:LogLevel:Default", "Debug")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=b")]
    [InlineData("Bridge:Receive:lease", "00:01:30")]
    [InlineData("BRIDGE:QUEUES:1:URL", "https://sqs.eu-central-1.amazonaws.com/1/other")]
    [InlineData("Bridge:Http", "")]
    [InlineData("Bridge:Keys", null)]
    public void What_orchestrators_and_hosts_set_and_another_case_are_no_errors(string path, string? value) =>
        Assert.Empty(Errors((path, value)));

    [Theory]
    [InlineData("Brigde:Queues:0:Url", "Bridge:Queues:0:Url")]
    [InlineData("Bridge_Receive:MaxDeliveries", "Bridge:Receive:MaxDeliveries")]
    [InlineData("BRIDGE_HTTP_URL", "Bridge:Http:Url")]
    [InlineData("BRIDGE_HTTP_PORT", null)]
    [InlineData("BRIDGE_HTTP_SERVICE_HOST", null)]
    [InlineData("BRIDGE_RABBITMQ_PORT_5672_TCP", null)]
    [InlineData("Bridge:Receive:MaxPolls", null)]
    public void A_setting_outside_that_looks_like_one_of_the_bridge_is_told(string path, string? meant)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(path, "1")]).Build();

        var found = BridgeOptions.Reader.FindLookAlikes(configuration);

        Assert.Equal(
            meant is null ? [] : [$"{path} is ignored: {meant} was probably meant"], found.Select(line => line.Split(',')[0]));
    }

    [Fact]
    public void Every_setting_of_the_types_of_options_is_known()
    {
        var paths = OptionTypes.Paths("Bridge", typeof(BridgeOptions)).ToList();

        Assert.Contains("Bridge:Queues:0:Connection", paths);
        Assert.Contains("Bridge:Keys:NAME", paths);
        Assert.Contains($"{AssembleOptions.Section}:{nameof(AssembleOptions.Partitions)}", paths);
        Assert.DoesNotContain($"{AssembleOptions.Section}:{nameof(AssembleOptions.Grace)}", paths);
    }

    [Theory]
    [InlineData("Bridge__RabbitMq__RoutingKey", "{{style}}", "Bridge:RabbitMq:RoutingKey is '{{style}}'")]
    [InlineData(
        "Bridge__Receive__MaxDeliverys",
        "5",
        "Bridge:Receive:MaxDeliverys is no setting; the nearest is Bridge:Receive:MaxDeliveries")]
    [InlineData("Bridge__Keys__a__b", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "Bridge:Keys:a:b is one level too deep")]
    public async Task Checking_and_running_refuse_the_same(string name, string value, string error)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Bridge__Queues__0__Url"] = "https://sqs.eu-central-1.amazonaws.com/1/events",
            ["BRIDGE_PORT"] = "tcp://10.0.0.1:8080",
            [name] = value,
        };

        var run = await BridgeCommand.RunAsync(environment, "run");
        var check = await BridgeCommand.RunAsync(environment, "check");

        Assert.StartsWith($"error: {error}", BridgeCommand.OnlyError(run), StringComparison.Ordinal);
        Assert.StartsWith(
            $"FAIL configuration: {error}", Assert.Single(BridgeCommand.Lines(check.Output)), StringComparison.Ordinal);
        Assert.Equal(1, check.ExitCode);
        Assert.DoesNotContain("AAECAw", run.Errors + check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused_by_checking_as_by_running()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Bridge__Queues__0__Url"] = "https://sqs.eu-central-1.amazonaws.com/1/events",
            ["Bridge__Http__Url"] = "http://192.0.2.1:8080",
        };

        var run = await BridgeCommand.RunAsync(environment, "run");
        var check = await BridgeCommand.RunAsync(environment, "check");

        Assert.Contains("http://192.0.2.1:8080", BridgeCommand.OnlyError(run), StringComparison.Ordinal);
        Assert.StartsWith(
            "FAIL configuration: Bridge:Http:Url is 'http://192.0.2.1:8080', where this process may not listen",
            check.Output,
            StringComparison.Ordinal);
        Assert.Equal(1, check.ExitCode);
    }

    [Fact]
    public async Task A_file_is_held_to_the_same_names_and_so_is_a_command_that_reads_one_section()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync(
            "appsettings.json", """{"Bridge":{"Queues":[{"Urll":"x"}],"RabbitMq":{"Uris":"y","Exchange":"e"},"Assemble":{}}}""");

        var run = await RunInAsync(folder, "run");
        var list = await RunInAsync(folder, "dead", "list");

        Assert.Contains(
            "Bridge:Queues:0:Urll is no setting; the nearest is Bridge:Queues:0:Url\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "Bridge:RabbitMq:Uris is no setting; the nearest is Bridge:RabbitMq:Uri\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Bridge:RabbitMq:Uris is no setting", BridgeCommand.OnlyError(list), StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunInAsync(TemporaryFolder folder, params IReadOnlyList<string> arguments) =>
        ChildCommand.RunAsync(
            new ChildProcessStart(BuiltProgram.Path("bridge", "bridge"), arguments) { WorkingDirectory = folder.Path });

    private static IReadOnlyList<string> Errors(params IEnumerable<(string Path, string? Value)> settings)
    {
        var all = new Dictionary<string, string?>(Valid, StringComparer.OrdinalIgnoreCase);
        foreach (var (path, value) in settings)
            all[path] = value;
        try
        {
            BridgeOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
            return [];
        }
        catch (BridgeOptionsException exception)
        {
            return exception.Errors;
        }
    }
}
