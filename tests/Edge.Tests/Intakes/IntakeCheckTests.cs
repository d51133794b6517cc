using Bridge.Edge.Configuration;
using Bridge.Edge.Intakes;
using Edge.Tests.Support;

namespace Edge.Tests.Intakes;

/// <summary>What <c>bridge check</c> says about intakes.</summary>
public sealed class IntakeCheckTests
{
    [Fact]
    public void A_UDP_intake_tells_its_receive_buffer_and_the_sysctl_where_the_kernel_limits_it()
    {
        var result = IntakeCheck.Run(0, new IntakeOptions { Url = "lines+udp://127.0.0.1:0" });

        Assert.Null(result.Error);
        Assert.Matches("^intake lines\\+udp://127.0.0.1:0, receive buffer [0-9]+ KiB$", result.Name);
        if (result.Name.EndsWith(" 8192 KiB", StringComparison.Ordinal))
            Assert.Null(result.Warning);
        else
            Assert.EndsWith("set sysctl net.core.rmem_max=8388608", result.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lines+tcp://192.0.2.1:9201", "Bridge:Intakes:2:Url is 'lines+tcp://192.0.2.1:9201', where nothing may listen (AddressNotAvailable)")]
    [InlineData("lines+udp://192.0.2.1:9201", "where nothing may listen")]
    [InlineData("lines+unix:///no/such/folder/lines", "where no socket can be made")]
    public void What_cannot_listen_is_told_with_the_remedy(string url, string error) =>
        Assert.Contains(error, IntakeCheck.Run(2, new IntakeOptions { Url = url, Open = true }).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("lines+unix")]
    [InlineData("lines+unixgram")]
    public void A_Unix_socket_is_made_and_removed(string scheme)
    {
        var path = Path.Combine(Path.GetTempPath(), $"check-{Guid.NewGuid():N}");

        var result = IntakeCheck.Run(0, new IntakeOptions { Url = $"{scheme}://{path}" });

        Assert.Equal((null, null), (result.Error, result.Warning));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task An_intake_that_runs_is_accepted_and_goes_on()
    {
        var path = Path.Combine(Path.GetTempPath(), $"check-{Guid.NewGuid():N}");
        await using var intake = await RunningIntake.StartAsync($"lines+unix://{path}");

        var result = IntakeCheck.Run(0, new IntakeOptions { Url = $"lines+unix://{path}" });

        Assert.EndsWith(", in use", result.Name, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }
}
