using Harness.Components;
using Harness.Faults;

namespace Integration.Tests.Components;

public sealed class FreePortTests
{
    private const int BlockSize = 500;

    [Fact]
    public void Ports_differ_and_lie_in_blocks_that_no_other_process_can_take()
    {
        var ports = Enumerable.Range(0, BlockSize).Select(_ => FreePort.Next()).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
        var blocks = ports.Select(port => port - (port % BlockSize)).Distinct().ToList();
        Assert.InRange(blocks.Count, 2, ports.Count / 2);
        Assert.All(blocks, first => Assert.True(TcpSockets.IsHeldBy(Environment.ProcessId, first), $"nobody listens on {first}"));
    }
}
