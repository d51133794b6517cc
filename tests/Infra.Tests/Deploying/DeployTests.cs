using System.Text.Json;

namespace Infra.Tests.Deploying;

/// <summary>The two commands that deploy, with programs in the clouds' place.</summary>
public sealed class DeployTests
{
    private const string Azure = "azure/deploy";
    private const string Aws = "aws/deploy";
    private const string Uri = "amqps://bridge:se\"cr\\et@broker:5671/telemetry";

    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, string> Broker = new(StringComparer.Ordinal) { ["BROKER_URI"] = Uri };

    private static readonly string[] NewGroup =
        ["az group exists\tfalse", "outputs.functionAppName\torders-app", "outputs.queueUrl\thttps://queue"];
    private static readonly string[] Group = ["az group exists\ttrue", "az keyvault list\tvault"];
    private static readonly string[] NewStack =
        ["describe-stacks --stack-name telemetry --query Stacks[0].StackStatus\t!", "get-caller-identity\t123"];
    private static readonly string[] Stack = ["Stacks[0].StackStatus\tUPDATE_COMPLETE", "get-caller-identity\t123"];

    [Theory]
    [InlineData(Azure)]
    [InlineData(Aws)]
    public async Task The_first_time_it_needs_the_address_of_the_broker(string script)
    {
        using var cloud = new FakeCloud([.. NewGroup, .. NewStack]);

        var result = await cloud.RunAsync(script, Nothing, Target(script));

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("needs RabbitMQ's address: set BROKER_URI\n", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Azure)]
    [InlineData(Aws)]
    public async Task No_secret_is_an_argument_of_any_program_or_left_behind(string script)
    {
        using var cloud = new FakeCloud([.. NewGroup, .. NewStack]);

        var result = await cloud.RunAsync(script, Broker, Target(script));

        Assert.True(result.ExitCode == 0, result.Errors);
        var (uri, key) = script == Azure ? AzureSecrets(cloud) : (AwsValue(cloud, "BrokerUri"), AwsValue(cloud, "EncryptionKey"));
        Assert.Equal(Uri, uri);
        Assert.Equal(32, Convert.FromBase64String(key!).Length);
        Assert.All([.. cloud.Calls, result.Output, result.Errors], text =>
        {
            Assert.DoesNotContain("se\"cr", text, StringComparison.Ordinal);
            Assert.DoesNotContain(key!, text, StringComparison.Ordinal);
        });
        Assert.Empty(cloud.Leftovers());
    }

    [Theory]
    [InlineData(Azure)]
    [InlineData(Aws)]
    public async Task An_update_makes_no_new_key_and_leaves_the_secrets_alone(string script)
    {
        using var cloud = new FakeCloud([.. Group, .. Stack]);

        var result = await cloud.RunAsync(script, Nothing, Target(script));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("encryptionKey", cloud.Parameters, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("brokerUri", cloud.Parameters, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(Azure, "brokerUri=amqps://u:p@h/")]
    [InlineData(Aws, "EncryptionKey=AAAA")]
    public async Task A_secret_as_an_argument_is_refused_before_anything_is_called(string script, string argument)
    {
        using var cloud = new FakeCloud();

        var result = await cloud.RunAsync(script, Broker, [.. Target(script), argument]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is a secret: give it in the environment", result.Errors, StringComparison.Ordinal);
        Assert.Empty(cloud.Calls);
    }

    [Theory]
    [InlineData(Azure)]
    [InlineData(Aws)]
    public async Task Without_a_target_it_shows_its_usage(string script)
    {
        using var cloud = new FakeCloud();

        var result = await cloud.RunAsync(script, Nothing, []);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("usage: BROKER_URI=URI deploy ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Azure, "what-if")]
    [InlineData(Aws, "--no-execute-changeset")]
    public async Task A_check_only_asks_what_would_change(string script, string call)
    {
        using var cloud = new FakeCloud([.. Group, .. Stack]);

        var result = await cloud.RunAsync(script, Nothing, [.. Target(script), "--check"]);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains(call, cloud.Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_Azure_the_functions_are_published_to_the_app_that_was_made()
    {
        using var cloud = new FakeCloud(NewGroup);

        await cloud.RunAsync(Azure, Broker, Target(Azure));

        Assert.Contains("az group create --name telemetry --location westeurope --output none", cloud.Calls);
        var published = cloud.Calls.ToList().FindIndex(call => call.StartsWith("dotnet publish", StringComparison.Ordinal));
        Assert.Contains(
            "functions/Azure -c Release -r linux-x64 --no-self-contained", cloud.Calls[published], StringComparison.Ordinal);
        Assert.StartsWith("zip -qr", cloud.Calls[published + 1], StringComparison.Ordinal);
        Assert.Contains(
            "config-zip --resource-group telemetry --name orders-app", cloud.Calls[published + 2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Architecture=x86_64", "linux-x64", "x86_64")]
    [InlineData("MaxTasks=4", "linux-arm64", "arm64")]
    public async Task On_AWS_the_functions_are_built_for_the_processor_that_the_stack_gets(
        string argument, string runtime, string architecture)
    {
        using var cloud = new FakeCloud(NewStack);

        await cloud.RunAsync(Aws, Broker, [.. Target(Aws), argument]);

        Assert.Contains(
            cloud.Calls,
            call => call.Contains($"functions/Aws -c Release -r {runtime} --self-contained", StringComparison.Ordinal));
        Assert.Equal(architecture, AwsValue(cloud, "Architecture"));
        Assert.Equal("telemetry-deploy-123-eu-central-1", AwsValue(cloud, "CodeBucket"));
        var upload = $"s3://telemetry-deploy-123-eu-central-1/{AwsValue(cloud, "CodeKey")}";
        Assert.Contains(
            cloud.Calls,
            call => call.StartsWith("aws s3 cp", StringComparison.Ordinal) && call.Contains(upload, StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_AWS_the_functions_can_be_left_out()
    {
        using var cloud = new FakeCloud(NewStack);

        await cloud.RunAsync(Aws, Broker, [.. Target(Aws), "--no-functions"]);

        Assert.DoesNotContain(cloud.Calls, call => call.StartsWith("dotnet", StringComparison.Ordinal));
        Assert.Equal("", AwsValue(cloud, "CodeBucket"));
    }

    private static string[] Target(string script) => script == Azure
        ? ["--group", "telemetry", "--location", "westeurope", "image=bridge:1"]
        : ["--stack", "telemetry", "Image=bridge:1", "VpcId=vpc-1", "SubnetIds=subnet-1,subnet-2"];

    private static (string? Uri, string? Key) AzureSecrets(FakeCloud cloud)
    {
        using var document = JsonDocument.Parse(cloud.Parameters);
        var parameters = document.RootElement.GetProperty("parameters");
        return (ValueOf("brokerUri"), ValueOf("encryptionKey"));

        string? ValueOf(string name) => parameters.GetProperty(name).GetProperty("value").GetString();
    }

    private static string? AwsValue(FakeCloud cloud, string name) => JsonSerializer.Deserialize<string[]>(cloud.Parameters)!
        .Where(pair => pair.StartsWith($"{name}=", StringComparison.Ordinal)).Select(pair => pair[(name.Length + 1)..])
            .SingleOrDefault();
}
