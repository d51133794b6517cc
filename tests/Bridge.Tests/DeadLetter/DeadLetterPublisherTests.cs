using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Core.DeadLetters;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Hosting.Metrics;
using Bridge.Tests.Publish;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Telemetry.Wire;

namespace Bridge.Tests.DeadLetter;

/// <summary>What keeping a dead letter promises, and what it tells.</summary>
public sealed class DeadLetterPublisherTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ControlledPublisher _broker = new();
    private readonly RecordedLog<DeadLetterPublisher> _log = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly MetricsExporter _exporter;
    private readonly DeadLetterPublisher _publisher;

    public DeadLetterPublisherTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _exporter = new MetricsExporter(meters, _clock);
        _publisher = new DeadLetterPublisher(_broker, Dead.NoneStuck, new PipelineMetrics(meters, _clock), _log, _clock);
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Dead_letters_go_to_their_queue_with_reason_and_origin()
    {
        await PublishAsync(Dead.Raw("one", RefusalReason.Malformed));

        var message = Assert.Single(_broker.InQueue(BridgeQueues.Dead));
        Assert.Equal("one", message.Properties.MessageId);
        Assert.Equal("payload of one", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(
            [
                new(DeadLetterHeaders.Reason, "malformed"), new(DeadLetterHeaders.Detail, "as the test says"), new(DeadLetterHeaders.Source, Dead.Source),
                new(DeadLetterHeaders.ReceiveCount, 3), new(DeadLetterHeaders.At, _clock.GetUtcNow().UtcDateTime.ToString("O")),
            ],
            message.Properties.Headers.AsEnumerable());
    }

    [Fact]
    public async Task Confirmed_dead_letters_are_counted_by_reason()
    {
        await PublishAsync(Dead.Raw("one", RefusalReason.Malformed), Dead.Raw("two", RefusalReason.Conflict), Dead.Raw("three", RefusalReason.Malformed));

        Assert.Equal(2, Counted(RefusalReason.Malformed));
        Assert.Equal(1, Counted(RefusalReason.Conflict));
        Assert.Equal(0, Counted(RefusalReason.TooLarge));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_letter_that_its_queue_refuses_is_given_back_alone_and_not_counted(bool isMissing)
    {
        _broker.Refuse = message => message.Properties.MessageId is not "two" ? null
            : isMissing ? PublishRefusalReason.Unroutable : PublishRefusalReason.Rejected;

        var left = await _publisher.TryAsync(
            [Dead.Raw("one", RefusalReason.Malformed), Dead.Raw("two", RefusalReason.Conflict)], CancellationToken.None);

        var letter = Assert.Single(left);
        Assert.Equal((1, "two"), (letter.Index, letter.Message.MessageId));
        Assert.Contains("telemetry.dead", letter.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 0), (Counted(RefusalReason.Malformed), Counted(RefusalReason.Conflict)));
        Assert.DoesNotContain("two", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_over_the_brokers_limit_is_kept_in_parts_from_which_nothing_is_cut()
    {
        _broker.MessageBytes = 40;
        var text = string.Concat(Enumerable.Range(0, 27).Select(number => $"{number:000} "));
        await PublishAsync(
            Dead.Raw("small", RefusalReason.Malformed, "small"),
            Dead.Event("large", "logs") with { Body = Encoding.UTF8.GetBytes(text) });

        var parts = _broker.InQueue(BridgeQueues.Dead).Where(message => message.Properties.MessageId == "large").ToList();
        Assert.Equal(["1/3", "2/3", "3/3"], parts.Select(part => Header(part, "x-dead-part")));
        Assert.Equal([40, 40, 28], parts.Select(part => part.Body.Length));
        Assert.Equal(text, string.Concat(parts.Select(part => Encoding.UTF8.GetString(part.Body.Span))));
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        Assert.All(
            parts,
            part => Assert.Equal(
                (digest, "unroutable", "logs"),
                (Header(part, "x-dead-digest"), Header(part, "x-dead-reason"), Header(part, "x-dead-routing-key"))));
        Assert.Equal((1, 1), (Counted(RefusalReason.Malformed), Counted(RefusalReason.Unroutable)));
        Assert.Null(Header(
            _broker.InQueue(BridgeQueues.Dead).Single(message => message.Properties.MessageId == "small"), "x-dead-part"));
    }

    [Fact]
    public async Task A_limit_that_not_even_parts_keep_is_named()
    {
        _broker.MessageBytes = 0;

        var left = await _publisher.TryAsync([Dead.Raw("one", RefusalReason.Malformed)], CancellationToken.None);

        Assert.Contains("max_message_size", Assert.Single(left).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_connection_fails_the_call()
    {
        _broker.Failures = 1;

        await Assert.ThrowsAsync<PublishException>(() => PublishAsync(Dead.Raw("one", RefusalReason.Malformed)));

        Assert.Equal(0, Counted(RefusalReason.Malformed));
    }

    [Fact]
    public async Task One_line_tells_of_a_batch_with_reason_source_and_ids_and_without_payload()
    {
        await PublishAsync([.. Enumerable.Range(0, 7).Select(number => Dead.Raw($"id-{number}", RefusalReason.Undecryptable))]);

        Assert.Equal(
            $"Warning: Dead-lettered 7 from {Dead.Source} as undecryptable: as the test says; id-0, id-1, id-2, id-3, id-4 and 2 more",
            Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task A_flood_is_counted_instead_of_told_line_by_line()
    {
        for (var number = 0; number < 1_000; number++)
            await PublishAsync(Dead.Raw($"id-{number}", RefusalReason.Malformed));
        Assert.Equal(20, _log.Lines.Count);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await PublishAsync(Dead.Raw("later", RefusalReason.Malformed));

        Assert.Equal(22, _log.Lines.Count);
        Assert.Contains("Dead-lettered 980 more", _log.Lines[20], StringComparison.Ordinal);
        Assert.Contains("later", _log.Lines[21], StringComparison.Ordinal);
    }

    private Task PublishAsync(params IReadOnlyList<DeadMessage> messages) =>
        _publisher.KeepAsync(messages, CancellationToken.None).WaitAsync(RunningPublisher.Timeout);

    private static string? Header(OutgoingMessage message, string name) =>
        message.Properties.Headers.Where(header => header.Name == name).Select(header => header.Text).SingleOrDefault();

    private double Counted(RefusalReason reason) =>
        Harness.Components.PrometheusSamples.Parse(_exporter.Export())[$$"""bridge_dead_letters_total{reason="{{Refusal.CodeOf(reason)}}"}"""];
}
