using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Azure;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>
/// A function may run under any culture. What leaves it, and what it says, is the same under all: calendars (th-TH, ar-SA,
/// fa-IR), signs, digits and separators (fa-IR, ar-SA, de-DE), and casing (tr-TR).
/// </summary>
public sealed class CultureTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly (string Name, string Value)[] Settings =
    [
        ("SAMPLING_RATIO", "-1.5"), ("BUFFER_BYTES", "-7"), ("LEVEL", "INFO,Orders=DEBUG"), ("REDACT", "EMAILS"),
        ("FLUSH_BUDGET_MS", "-1"),
    ];

    public static TheoryData<string> Cultures => new("th-TH", "ar-SA", "tr-TR", "fa-IR", "de-DE");

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public void The_tests_of_this_project_know_cultures() =>
        Assert.Equal(2569, new CultureInfo("th-TH").Calendar.GetYear(new DateTime(2026, 11, 29)));

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Requests_to_Sqs_are_the_same(string culture) =>
        Assert.Equal(await UnderAsync("", SqsRequestsAsync), await UnderAsync(culture, SqsRequestsAsync));

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Requests_to_an_Azure_queue_are_the_same(string culture) =>
        Assert.Equal(await UnderAsync("", AzureRequestsAsync), await UnderAsync(culture, AzureRequestsAsync));

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Events_are_the_same(string culture) =>
        Assert.Equal(await UnderAsync("", EventsAsync), await UnderAsync(culture, EventsAsync));

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Errors_and_options_are_the_same(string culture) =>
        Assert.Equal(await UnderAsync("", ErrorsAsync), await UnderAsync(culture, ErrorsAsync));

    private static async Task<IReadOnlyList<string>> UnderAsync(string culture, Func<Task<IReadOnlyList<string>>> run)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            return await run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static async Task<IReadOnlyList<string>> SqsRequestsAsync()
    {
        await using var sqs = await FakeSqs.StartAsync(request => request.Operation is SqsOperation.ReceiveMessage
            ? FakeSqsReply.Message("{}")
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open(new FakeTimeProvider(), KnownCredentials.New(withToken: true));
        await UseAsync(queue, queue);
        return [.. sqs.Requests.Select(request => $"{request.Headers["X-Amz-Date"][..4]} {request.Operation} "
            + Encoding.UTF8.GetString(request.Body).Replace(sqs.Endpoint.Url.Authority, "HOST", StringComparison.Ordinal))];
    }

    private static async Task<IReadOnlyList<string>> AzureRequestsAsync()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) =>
        {
            return context.Request.Method is "GET" && context.Request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal)
                ? Answers.Messages(context, "{}")
                : Answers.Stored(context);
        });
        await using var queue = new AzureQueue(server.Queue, new FakeTimeProvider());
        await UseAsync(queue, queue);
        return [.. server.Requests.Select(request =>
            $"{request.Method} {request.Path}{request.Query} {request.Headers["x-ms-date"].ToString()[..4]} {request.Body}")];
    }

    private static async Task UseAsync(IQueueSender sender, IQueueReceiver receiver)
    {
        await sender.GetLimitsAsync(Bound);
        await sender.SendAsync(["{}"u8.ToArray()], Bound);
        var message = Assert.Single(await receiver.ReceiveAsync(receiver.MaxReceive, Lease, TimeSpan.Zero, Bound));
        message = await receiver.RenewAsync(message, Lease, Bound);
        await receiver.ReleaseAsync(message!, TimeSpan.FromSeconds(7), Bound);
        await receiver.DeleteAsync([message!], Bound);
        await receiver.GetDepthAsync(Bound);
        await receiver.CheckAsync(Bound);
        Assert.InRange(message!.EnqueuedAt.UtcDateTime, new DateTime(2009, 1, 1), new DateTime(2026, 1, 1));
    }

    private static async Task<IReadOnlyList<string>> EventsAsync()
    {
        await using var test = new TestClient();
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "numbers")
            .With("int", -12_345)
            .With("double", -1_234.5)
            .With("decimal", -9_876.25m)
            .With("date", new DateTimeOffset(2026, 11, 29, 1, 2, 3, TimeSpan.FromHours(1))));
        test.Client.Send(TelemetryEvent.Metric("ORDERS.I", -1.5, "ms"));
        await test.FlushedAsync();
        return [.. test.Events.Select(line =>
        {
            var json = JsonNode.Parse(line)!.AsObject();
            json.Remove("sender");
            json.Remove("timestamp");
            return json.ToJsonString();
        })];
    }

    private static async Task<IReadOnlyList<string>> ErrorsAsync()
    {
        var lines = new List<string>();
        await using var queue = new AzureQueue(TestClient.Endpoint, TimeProvider.System);
        lines.Add((await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync([new byte[70_000]], Bound))).Message);
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var other = sqs.Open();
        var tooLong = (await Assert.ThrowsAsync<QueueException>(() => other.SendAsync([new byte[1_234_567]], Bound))).Message;
        lines.Add(tooLong.Replace(sqs.Endpoint.Url.Authority, "HOST", StringComparison.Ordinal));
        foreach (var (name, value) in Settings)
        {
            try
            {
                var options = TelemetryOptions.FromEnvironment(
                    read => read == $"TELEMETRY_{name}" ? value
                        : read is "TELEMETRY_QUEUE" ? TestClient.Endpoint.ToString()
                        : null);
                lines.Add($"{name}: {options.Levels.MinimumFor("orders")} {options.Redaction.Patterns}");
            }
            catch (FormatException e)
            {
                lines.Add(e.Message);
            }
        }

        lines.Add(
            Assert.Throws<ArgumentException>(() => new TestClient(options => options with { SamplingRatio = -1.5 })).Message);
        return lines;
    }
}
