using System.Text.Json;
using Bridge.Edge.Configuration;
using Edge.Tests.Support;

namespace Edge.Tests.Intakes;

/// <summary>What Python's <c>logging.handlers</c> send, from real Python processes.</summary>
[Trait("Lane", "full")]
public sealed class PythonLoggingTests
{
    private const string Log = """
        log = logging.getLogger('orders.payment')
        log.setLevel(logging.DEBUG)
        log.addHandler(handler)
        log.warning('paid %d of %s', 3, 'h\u00e9\U0001f600', extra={'tenant': 'a', 'tags': ['x', {'y': 1.5}], 'nothing': None})
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception('failed')
        handler.close()
        """;

    [Fact]
    public async Task SocketHandler_as_it_is()
    {
        await using var intake = await RunningIntake.StartAsync("pickle+tcp://127.0.0.1:0");

        await RunAsync(intake, "handler = logging.handlers.SocketHandler('127.0.0.1', int(sys.argv[1]))");

        await AssertRecordsAsync(intake);
    }

    [Fact]
    public async Task DatagramHandler_as_it_is()
    {
        await using var intake = await RunningIntake.StartAsync("pickle+udp://127.0.0.1:0");

        await RunAsync(intake, "handler = logging.handlers.DatagramHandler('127.0.0.1', int(sys.argv[1]))");

        await AssertRecordsAsync(intake);
    }

    [Fact]
    public async Task DatagramHandler_that_sends_UTF_8()
    {
        await using var intake = await RunningIntake.StartAsync("lines+udp://127.0.0.1:0");

        await RunAsync(
            intake,
            """
            import json
            class Utf8Handler(logging.handlers.DatagramHandler):
                def makePickle(self, record):
                    return self.format(record).encode('utf-8')
            class JsonFormatter(logging.Formatter):
                def format(self, record):
                    return json.dumps({'level': record.levelname, 'message': record.getMessage()}, ensure_ascii=False)
            handler = Utf8Handler('127.0.0.1', int(sys.argv[1]))
            handler.setFormatter(JsonFormatter())
            """);

        await intake.ArrivedAsync(2);
        Assert.Equal("""{"level": "WARNING", "message": "paid 3 of hé😀"}""", intake.Collector.Texts[0]);
    }

    // Over TCP its messages end with a NUL, and have line feeds within.
    [Theory]
    [InlineData("syslog+udp", "SOCK_DGRAM", false)]
    [InlineData("syslog+tcp", "SOCK_STREAM", true)]
    public async Task SysLogHandler(string scheme, string type, bool endsWithNul)
    {
        await using var intake = await RunningIntake.StartAsync(
            new IntakeOptions { Url = $"{scheme}://127.0.0.1:0", Framing = endsWithNul ? StreamFraming.Nul : StreamFraming.Auto });

        await RunAsync(
            intake,
            $"import socket\nhandler = logging.handlers.SysLogHandler(('127.0.0.1', int(sys.argv[1])), socktype=socket.{type})");

        await intake.ArrivedAsync(2);
        Assert.Equal("paid 3 of hé😀", intake.Collector.Messages[0]);
        Assert.Equal("warn", intake.Collector.Events[0].GetProperty("level").GetString());
        Assert.Equal("error", intake.Collector.Events[1].GetProperty("level").GetString());
    }

    [Fact]
    public async Task SysLogHandler_over_a_Unix_socket()
    {
        var path = Path.Combine(Path.GetTempPath(), $"log-{Guid.NewGuid():N}");
        await using var intake = await RunningIntake.StartAsync($"syslog+unixgram://{path}");

        await Python.RunAsync($"import logging, logging.handlers\nhandler = logging.handlers.SysLogHandler('{path}')\n{Log}");

        await intake.ArrivedAsync(2);
        Assert.Equal("paid 3 of hé😀", intake.Collector.Messages[0]);
        Assert.Contains("\nZeroDivisionError: division by zero", intake.Collector.Messages[1], StringComparison.Ordinal);
    }

    private static Task<string> RunAsync(RunningIntake intake, string handler) => Python.RunAsync(
        $"import logging, logging.handlers, sys\n{handler}\n{Log}", $"{intake.Address.Port}");

    private static async Task AssertRecordsAsync(RunningIntake intake)
    {
        await intake.ArrivedAsync(2);
        var (paid, failed) = (intake.Collector.Events[0], intake.Collector.Events[1]);
        Assert.Equal("paid 3 of hé😀", paid.GetProperty("message").GetString());
        Assert.Equal("warn", paid.GetProperty("level").GetString());
        Assert.Equal("logs", paid.GetProperty("style").GetString());
        Assert.Equal("orders.payment", paid.GetProperty("category").GetString());
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(paid.GetProperty("timestamp").GetDateTimeOffset(), now.AddMinutes(-2), now);
        var attributes = paid.GetProperty("attributes");
        Assert.Equal("a", attributes.GetProperty("tenant").GetString());
        Assert.Equal("""["x",{"y":1.5}]""", attributes.GetProperty("tags").GetRawText());
        Assert.Equal(JsonValueKind.Null, attributes.GetProperty("nothing").ValueKind);
        Assert.Equal("<string>", attributes.GetProperty("code.file.path").GetString());
        Assert.Equal("<module>", attributes.GetProperty("code.function.name").GetString());
        Assert.True(attributes.GetProperty("code.line.number").GetInt32() > 0);
        Assert.True(attributes.GetProperty("process.pid").GetInt32() > 0);
        Assert.Equal("MainThread", attributes.GetProperty("thread.name").GetString());
        Assert.False(attributes.TryGetProperty("args", out _));
        Assert.Equal("error", failed.GetProperty("level").GetString());
        Assert.Contains(
            "ZeroDivisionError: division by zero",
            failed.GetProperty("attributes").GetProperty("exception.stacktrace").GetString(),
            StringComparison.Ordinal);
    }
}
