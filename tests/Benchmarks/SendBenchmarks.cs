using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Telemetry;

namespace Benchmarks;

/// <summary>
/// What a send costs its caller, with redaction, limits and enrichment on, inside an activity as in a traced invocation. The
/// baseline writes the same members with a reused <see cref="Utf8JsonWriter"/> into a reused buffer, and does nothing else with
/// them. The buffer is emptied between the measurements: packing happens on another thread, and its time is in
/// docs/performance.md.
/// </summary>
[InvocationCount(1)]
[WarmupCount(1_500)]
[IterationCount(500)]
public class SendBenchmarks
{
    // Few enough that what else the machine does falls between the measurements more often than into them.
    private const int Events = 400;

    private static readonly DateTimeOffset OrderedAt = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Ready =
        """{"timestamp":"2026-11-20T09:00:00.0000000Z","style":"logs","level":"info","message":"order accepted","attributes":{"orderId":12345678,"customer":"c-4711","total":129.95,"items":3,"express":true,"currency":"EUR","price":12.50,"region":"eu-central-1","warehouse":"FRA-2","ratio":0.25},"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","service":"orders","release":"2026.11.3","instance":"2026/11/20/[$LATEST]0f9c2b7a41d84e6f"}"""u8.ToArray();

    private readonly ArrayBufferWriter<byte> _bytes = new(4_096);
    private Utf8JsonWriter _json = null!;
    private TelemetryClient _client = null!;
    private Activity _activity = null!;

    [Params(true, false)]
    public bool Traced { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _json = new Utf8JsonWriter(
            _bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        TelemetryQueue.Client = _client = BenchmarkClient.Create();
        _activity = new Activity("create-order");
        if (Traced)
            _activity.Start();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        TelemetryQueue.Client = null;
        _activity.Dispose();
        await _client.DisposeAsync();
        await _json.DisposeAsync();
    }

    [IterationSetup]
    public void Empty()
    {
        if (!_client.FlushAsync().GetAwaiter().GetResult().IsComplete)
            throw new InvalidOperationException("the buffer is not empty");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "Utf8JsonWriter alone, ten attributes")]
    public void WriterAlone()
    {
        for (var i = 0; i < Events; i++)
            Write();
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "Send, log with ten attributes")]
    public void Log()
    {
        for (var i = 0; i < Events; i++)
            SendLog();
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "Send, ready JSON of the same size")]
    public void ReadyJson()
    {
        for (var i = 0; i < Events; i++)
            TelemetryQueue.Send(Ready);
    }

    private void Write()
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("timestamp"u8, TimeProvider.System.GetUtcNow().UtcDateTime);
        _json.WriteString("style"u8, "log"u8);
        _json.WriteString("level"u8, "info"u8);
        _json.WriteString("message"u8, "order accepted");
        _json.WriteStartObject("attributes"u8);
        _json.WriteNumber("orderId", 12_345_678);
        _json.WriteString("customer", "c-4711");
        _json.WriteNumber("total", 129.95);
        _json.WriteNumber("items", 3);
        _json.WriteBoolean("express", true);
        _json.WriteString("currency", "EUR");
        _json.WriteNumber("price", 12.50m);
        _json.WriteString("at", OrderedAt);
        _json.WriteString("warehouse", "FRA-2");
        _json.WriteNumber("ratio", 0.25);
        _json.WriteEndObject();
        if (Activity.Current is { Id: { } id })
            _json.WriteString("traceparent"u8, id);
        _json.WriteString("service"u8, "orders"u8);
        _json.WriteString("release"u8, "2026.11.3"u8);
        _json.WriteString("instance"u8, "2026/11/20/[$LATEST]0f9c2b7a41d84e6f"u8);
        _json.WriteEndObject();
        _json.Flush();
    }

    private void SendLog() => TelemetryQueue.Send(
        TelemetryEvent.Log(TelemetryLevel.Info, "order accepted")
            .With("orderId", 12_345_678)
            .With("customer", "c-4711")
            .With("total", 129.95)
            .With("items", 3)
            .With("express", true)
            .With("currency", "EUR")
            .With("price", 12.50m)
            .With("at", OrderedAt)
            .With("warehouse", "FRA-2")
            .With("ratio", 0.25));
}
