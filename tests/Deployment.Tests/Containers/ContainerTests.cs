using System.Globalization;
using Harness.Components;
using Harness.Containers;

namespace Deployment.Tests.Containers;

/// <summary>The image, built from <c>infra/container/Containerfile</c> without a registry and run by podman.</summary>
public sealed class ContainerTests(ITestOutputHelper output)
{
    private const string Image = "localhost/telemetry-bridge:test";
    private const string User = "1654";

    // infra/container/soak runs the long form.
    private const int Events = 5_000;

    [Fact]
    public async Task A_container_without_rights_is_stopped_in_mid_flow_and_replaced_and_loses_nothing()
    {
        await ContainerEngine.BuildAsync(Image);
        // The sender's SQS client takes its credentials as every caller's does.
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);
        await using var rabbitMq = await RabbitMqServer.StartAsync();
        await using var fauxqs = await FauxqsServer.StartAsync();

        var result = await new Soak(rabbitMq, fauxqs, Image).RunAsync(Events, InspectAsync);

        output.WriteLine(result.ToString());
        Assert.InRange(result.First.StopTook, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.InRange(result.ImageBytes, 1, 160_000_000);
        Assert.InRange(result.PeakKiB, 1, 300 * 1024);
    }

    private static async Task InspectAsync(BridgeContainer container)
    {
        Assert.Equal(0, (await container.CheckHealthAsync()).ExitCode);
        Assert.Equal("ok\n", (await container.ExecuteAsync("/app/bridge", "probe", "--ready")).Output);
        Assert.NotEqual(0, (await container.ExecuteAsync("sh", "-c", "true")).ExitCode);

        // What the kernel says of the process counts, not what the engine was asked for.
        var process = $"/proc/{(await container.ProcessIdAsync()).ToString(CultureInfo.InvariantCulture)}";
        var status = await File.ReadAllLinesAsync($"{process}/status");
        Assert.Contains($"Uid:\t{User}\t{User}\t{User}\t{User}", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        var root = Assert.Single(await File.ReadAllLinesAsync($"{process}/mountinfo"), line => line.Split(' ')[4] == "/");
        Assert.Contains("ro", root.Split(' ')[5].Split(','));
    }
}
