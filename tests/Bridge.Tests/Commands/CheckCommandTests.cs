using System.Collections.Immutable;
using Bridge.Tests.Publish;
using Harness.Components;
using RabbitMQ.Client;

namespace Bridge.Tests.Commands;

/// <summary>What <c>bridge check</c> finds, and that <c>bridge run</c> does not start over it.</summary>
[Collection(CommandBroker.Name)]
public sealed class CheckCommandTests(BrokerFixture broker, CloudsFixture clouds)
{
    [Fact]
    public async Task Everything_that_is_there_is_ok()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        var result = await BridgeCommand.RunAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("azure"), await clouds.CreateAsync("sqs")), "check");

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Empty(result.Errors);
        Assert.All(BridgeCommand.Lines(result.Output), line => Assert.StartsWith("ok   ", line, StringComparison.Ordinal));
        Assert.StartsWith("ok   configuration\nok   queue http://127.0.0.1:", result.Output, StringComparison.Ordinal);
        Assert.Contains("exchange telemetry\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("queue telemetry.dead\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(16 * 1024 * 1024)]
    public async Task A_limit_of_the_broker_on_messages_is_named(int bytes)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await broker.Server.EvaluateAsync($"application:set_env(rabbit, max_message_size, {bytes}).");
        try
        {
            var result = await BridgeCommand.RunAsync(
                BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")), "check");

            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
            var warning = Assert.Single(
                BridgeCommand.Lines(result.Output), line => line.StartsWith("WARN ", StringComparison.Ordinal));
            Assert.Contains($"{bytes} bytes at most (max_message_size)", warning, StringComparison.Ordinal);
        }
        finally
        {
            await broker.Server.EvaluateAsync("application:set_env(rabbit, max_message_size, 134217728).");
        }
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task A_missing_queue_is_named(string kind)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync(kind);
        var missing = queue with { Url = new Uri($"{queue.Url}-missing") };

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(host.Uri, missing), $"{queue.Url.AbsolutePath}-missing");
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task A_queue_at_an_unknown_host_is_named(string kind)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync(kind);
        var unknown = queue with
        {
            Url = new Uri("http://queue.invalid/account/queue"),
            Connection = queue.Connection?.Replace("127.0.0.1", "queue.invalid", StringComparison.Ordinal),
        };
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, unknown).SetItems(FauxqsServer.Credentials);

        await AssertOneFaultAsync(environment, "queue.invalid");
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_the_password()
    {
        var queue = await clouds.CreateAsync("sqs");
        var uri = new UriBuilder(broker.Server.Uri) { Password = "hunter2" }.Uri;

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(uri, queue), "refused the user or its password");
    }

    [Fact]
    public async Task A_missing_virtual_host_is_named()
    {
        var queue = await clouds.CreateAsync("sqs");

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(new Uri(broker.Server.Uri, "absent"), queue), "/absent");
    }

    [Fact]
    public async Task A_missing_exchange_is_named()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.DeleteExchangeAsync();

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")), "no exchange 'telemetry'");
    }

    [Fact]
    public async Task A_missing_permission_is_named()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var user = $"reader-{host.Name}";
        await broker.Server.ControlAsync(["add_user", user, "hunter2"]);
        await broker.Server.ControlAsync(["set_permissions", "-p", host.Name, user, ".*", "^(amq\\.default|telemetry\\..*)$", ".*"]);
        var uri = new UriBuilder(host.Uri) { UserName = user, Password = "hunter2" }.Uri;

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(uri, await clouds.CreateAsync("sqs")), "403 ACCESS_REFUSED");
    }

    [Fact]
    public async Task An_unknown_host_is_named()
    {
        var queue = await clouds.CreateAsync("sqs");

        await AssertOneFaultAsync(BridgeQueue.BridgeEnvironment(new Uri("amqp://guest:guest@broker.invalid/"), queue), "broker.invalid");
    }

    [Fact]
    public async Task A_closed_port_is_a_failed_check()
    {
        var queue = await clouds.CreateAsync("sqs");

        var result = await BridgeCommand.RunAsync(BridgeQueue.BridgeEnvironment(new Uri("amqp://guest:guest@127.0.0.1:1/"), queue), "check");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("127.0.0.1:1/ refused the connection", OnlyFault(result.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_broker_does_not_hold_the_check_up_for_long()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"));
        broker.Server.Freeze();
        try
        {
            var result = await BridgeProcess.RunBridgeAsync(["check"], environment: environment, timeout: TimeSpan.FromSeconds(25));
            Assert.Equal(1, result.ExitCode);
            OnlyFault(result.Output);
        }
        finally
        {
            broker.Server.Thaw();
        }
    }

    [Fact]
    public async Task Each_of_several_faults_has_a_line()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.DeleteExchangeAsync();
        var queue = await clouds.CreateAsync("azure");
        var missing = queue with { Url = new Uri($"{queue.Url}-missing") };

        var result = await BridgeCommand.RunAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue, missing), "run");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, BridgeCommand.Lines(result.Errors).Length);
    }

    // One line of the check, the same line of the run, and both end with 1.
    private static async Task AssertOneFaultAsync(ImmutableDictionary<string, string> environment, string named)
    {
        var check = await BridgeCommand.RunAsync(environment, "check");
        var fault = OnlyFault(check.Output);
        Assert.Contains(named, fault, StringComparison.Ordinal);
        Assert.Matches(@"^error: 1 of \d+ checks failed$", BridgeCommand.OnlyError(check));

        var run = await BridgeCommand.RunAsync(environment.SetItem("Bridge__Http__Url", "http://127.0.0.1:0"), "run");
        var error = BridgeCommand.OnlyError(run);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", check.Output + check.Errors + run.Output + run.Errors, StringComparison.Ordinal);
    }

    private static string OnlyFault(string output) =>
        Assert.Single(BridgeCommand.Lines(output), line => line.StartsWith("FAIL ", StringComparison.Ordinal));
}
