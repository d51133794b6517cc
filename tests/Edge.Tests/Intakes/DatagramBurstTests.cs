using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Edge.Tests.Support;

namespace Edge.Tests.Intakes;

/// <summary>Bursts of datagrams from another process: what is lost is counted, and the figures are written.</summary>
[Trait("Lane", "full")]
public sealed class DatagramBurstTests(ITestOutputHelper output)
{
    private const int Rate = 60_000;
    private const int Seconds = 3;
    private const int Bursts = 3;

    private const string Sender = """
        import socket, sys, time
        port, rate, seconds, bursts = map(int, sys.argv[1:])
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(('127.0.0.1', port))
        message = b'<13>Jan  2 03:04:05 host app[12]: ' + b'x' * 366
        for burst in range(bursts):
            began, sent = time.perf_counter(), 0
            while sent < rate * seconds:
                due = min(rate * seconds, int((time.perf_counter() - began) * rate))
                while sent < due:
                    sender.send(message)
                    sent += 1
                time.sleep(0.001)
            time.sleep(1)
        """;

    [Theory]
    [InlineData("lines+udp")]
    [InlineData("syslog+udp")]
    public async Task Sent_is_taken_and_counted_drops(string scheme)
    {
        var collector = new CountingCollector();
        var options = new IntakeOptions { Url = $"{scheme}://127.0.0.1:0" };
        await using var intake = await RunningIntake.StartAsync(options, collector: collector);
        var before = Environment.CpuUsage;

        await Python.RunAsync(Sender, $"{intake.Address.Port}", $"{Rate}", $"{Seconds}", $"{Bursts}");
        await intake.StopAsync();

        var after = Environment.CpuUsage;
        var (user, system) = (after.UserTime - before.UserTime, after.PrivilegedTime - before.PrivilegedTime);
        var (kernel, full) = (intake.Metric("kernel"), intake.Metric("full"));
        output.WriteLine($"{scheme}: sent {Rate * Seconds * Bursts}, taken {collector.Count}, kernel {kernel}, full {full},"
            + $" us CPU a message: {user.TotalMicroseconds / collector.Count:0.00} user,"
            + $" {system.TotalMicroseconds / collector.Count:0.00} system");
        Assert.Equal(Rate * Seconds * Bursts, collector.Count + kernel + full);
    }

    private sealed class CountingCollector : IEventCollector
    {
        public long Count { get; private set; }

        public bool TryAdd(ReadOnlySpan<byte> json)
        {
            Count++;
            return true;
        }

        public ValueTask AddAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task WaitUntilSpooledAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
