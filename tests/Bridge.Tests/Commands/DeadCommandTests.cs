using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bridge.Core.DeadLetters;
using Bridge.Core.Publishing;
using Bridge.Tests.DeadLetter;
using Bridge.Tests.Publish;
using Harness.Components;
using RabbitMQ.Client;
using Telemetry.Wire;

namespace Bridge.Tests.Commands;

/// <summary>Dead letters in a real broker: listed, exported, and tried again.</summary>
[Collection(CommandBroker.Name)]
public sealed class DeadCommandTests(BrokerFixture broker, CloudsFixture clouds)
{
    [Fact]
    public async Task A_list_shows_what_and_why_but_no_payload()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await Dead.KeepAsync(host, Dead.Raw("one", RefusalReason.Malformed), Dead.Event("two", "logs.nobody.info"));

        var result = await RunAsync(host, "list");

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        var lines = BridgeCommand.Lines(result.Output);
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^AT +REASON +DELIVERIES +BYTES +MESSAGE ID +SOURCE +DETAIL$", lines[0]);
        Assert.Matches($@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ  malformed +3 +14  one +{Dead.Source}  as the test says$", lines[1]);
        Assert.Matches(@"  unroutable +3 +12  two ", lines[2]);
        Assert.Equal("2 shown of 2 dead letters", lines[3]);
        Assert.DoesNotContain("payload", result.Output, StringComparison.Ordinal);
        Assert.Equal(2u, await host.CountAsync(BridgeQueues.Dead));
    }

    [Fact]
    public async Task A_list_can_be_limited_and_filtered_and_be_JSON()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await Dead.KeepAsync(host, [.. Enumerable.Range(0, 9).Select(number => Dead.Raw($"id-{number}", number % 3 == 0 ? RefusalReason.Conflict : RefusalReason.Malformed))]);

        var result = await RunAsync(host, "list", "--reason", "conflict", "--limit", "2", "--json");

        Assert.Equal((0, "2 shown of 9 dead letters\n"), (result.ExitCode, result.Errors));
        var letters = BridgeCommand.Lines(result.Output).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["id-0", "id-3"], letters.Select(letter => letter.GetProperty("messageId").GetString()));
        Assert.All(letters, letter => Assert.Equal("conflict", letter.GetProperty("reason").GetString()));
        Assert.All(letters, letter => Assert.False(letter.TryGetProperty("body", out _)));
    }

    [Fact]
    public async Task An_export_holds_everything_and_takes_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        using var folder = new TemporaryFolder();
        await Dead.KeepAsync(host, Dead.Raw("one", RefusalReason.Malformed), Dead.Event("two", "logs.nobody.info"));

        var result = await RunAsync(host, "export", "--output", folder.File("dead.jsonl"));

        Assert.Equal((0, "2 written of 2 dead letters\n", ""), (result.ExitCode, result.Errors, result.Output));
        var letters = (await File.ReadAllLinesAsync(folder.File("dead.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal("payload of one", Encoding.UTF8.GetString(letters[0].GetProperty("body").GetBytesFromBase64()));
        Assert.Equal("logs.nobody.info", letters[1].GetProperty("headers").GetProperty(DeadLetterHeaders.RoutingKey).GetString());
        Assert.Equal(7_000_000_000, letters[1].GetProperty("headers").GetProperty("number").GetInt64());
        Assert.Equal(2u, await host.CountAsync(BridgeQueues.Dead));
        Assert.Equal(await File.ReadAllTextAsync(folder.File("dead.jsonl")), (await RunAsync(host, "export")).Output);
    }

    [Fact]
    public async Task A_broker_without_the_queue_is_one_clear_line()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        Assert.Contains("telemetry.dead", BridgeCommand.OnlyError(await RunAsync(host, "list")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task A_queue_message_goes_back_to_its_queue_as_it_was(string kind)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync(kind);
        var texts = Enumerable.Range(0, 150).Select(number => $"VFE{number:0000}+/= <&> größer").ToList();
        await Dead.KeepAsync(host, [.. texts.Select((text, number) => Dead.Raw($"id-{number}", RefusalReason.Undecryptable, text, queue.Url.ToString()))]);

        var result = await RunAsync(host, [queue], "replay");

        Assert.Equal((0, "", "replayed 150 dead letters; 0 stay\n"), (result.ExitCode, result.Errors, result.Output));
        Assert.Equal(texts, (await BridgeCommand.DrainAsync(queue)).Select(message => Encoding.UTF8.GetString(message.Text.Span)).Order(StringComparer.Ordinal));
        Assert.Equal(0u, await host.CountAsync(BridgeQueues.Dead));
    }

    [Fact]
    public async Task A_refused_event_goes_to_the_exchange_as_it_was_published_first()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "logs.#");
        await Dead.KeepAsync(host, Dead.Event("two", "logs.nobody.info"));

        var result = await RunAsync(host, "replay");

        Assert.Equal((0, "replayed 1 dead letters; 0 stay\n"), (result.ExitCode, result.Output));
        var message = Assert.Single(await host.DrainAsync("all"));
        Assert.Equal("logs.nobody.info", message.RoutingKey);
        Assert.Equal("two", message.BasicProperties.MessageId);
        Assert.Equal("application/json", message.BasicProperties.ContentType);
        Assert.Equal("""{"id":"two"}""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(
            ["number", "traceparent", "x-telemetry-batch", "x-telemetry-source"],
            message.BasicProperties.Headers!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_again_stays_and_the_rest_goes()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "logs.#");
        await Dead.KeepAsync(host, Dead.Event("one", "audit.nobody.info"), Dead.Event("two", "logs.nobody.info"), Dead.Raw("three", RefusalReason.Malformed));

        var result = await RunAsync(host, "replay");

        Assert.Equal((1, "replayed 1 dead letters; 2 stay\n"), (result.ExitCode, result.Output));
        var errors = BridgeCommand.Lines(result.Errors);
        Assert.Equal(2, errors.Length);
        Assert.Contains(errors, error => error.Contains("1 stay dead letters: routing key 'audit.nobody.info': 312 NO_ROUTE", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains($"its queue {Dead.Source} is not configured", StringComparison.Ordinal));
        Assert.Equal(["one", "three"], (await host.DrainAsync(BridgeQueues.Dead)).Select(message => message.BasicProperties.MessageId));
    }

    [Fact]
    public async Task A_queue_that_is_gone_keeps_its_dead_letters()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("azure");
        var missing = queue with { Url = new Uri($"{queue.Url}-missing") };
        await Dead.KeepAsync(host, Dead.Raw("one", RefusalReason.Malformed, source: missing.Url.ToString()));

        var result = await RunAsync(host, [missing], "replay");

        Assert.Contains("QueueNotFound", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
        Assert.Equal(1u, await host.CountAsync(BridgeQueues.Dead));
    }

    [Fact]
    public async Task Another_queue_can_take_what_has_none_of_its_own()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var own = await clouds.CreateAsync("sqs");
        var other = await clouds.CreateAsync("azure");
        await Dead.KeepAsync(
            host, Dead.Raw("one", RefusalReason.Malformed, "eA==", own.Url.ToString()), Dead.Raw("two", RefusalReason.Malformed, "eQ=="));

        var result = await RunAsync(
            host, [own], "replay", "--queue", other.Url.ToString(), "--kind", "azure", "--connection", other.Connection!);

        Assert.Equal((0, "replayed 2 dead letters; 0 stay\n"), (result.ExitCode, result.Output));
        Assert.Equal("eA==", Encoding.UTF8.GetString(Assert.Single(await BridgeCommand.DrainAsync(own)).Text.Span));
        Assert.Equal("eQ==", Encoding.UTF8.GetString(Assert.Single(await BridgeCommand.DrainAsync(other)).Text.Span));
    }

    [Fact]
    public async Task A_dry_run_tells_and_changes_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("sqs");
        await Dead.KeepAsync(
            host,
            Dead.Raw("one", RefusalReason.Malformed, source: queue.Url.ToString()),
            Dead.Event("two", "logs.nobody.info"),
            Dead.Raw("three", RefusalReason.Malformed));

        var result = await RunAsync(host, [queue], "replay", "--dry-run");

        Assert.Equal(
            [
                $"one (malformed) -> {queue.Url}",
                "two (unroutable) -> exchange telemetry, routing key logs.nobody.info",
                $"three (malformed) would stay: its queue {Dead.Source} is not configured: set Bridge__Queues__N__Url to it, or give a queue with --queue",
                "would replay 2 dead letters; 1 would stay",
            ],
            BridgeCommand.Lines(result.Output));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(3u, await host.CountAsync(BridgeQueues.Dead));
        Assert.Empty(await BridgeCommand.DrainAsync(queue));
    }

    [Fact]
    public async Task Reason_and_limit_choose_what_is_tried()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("sqs");
        await Dead.KeepAsync(host, [.. Enumerable.Range(0, 9).Select(number => Dead.Raw(
            $"id-{number}", number % 3 == 0 ? RefusalReason.Conflict : RefusalReason.Malformed, source: queue.Url.ToString()))]);

        var result = await RunAsync(host, [queue], "replay", "--reason", "conflict", "--limit", "2");

        Assert.Equal((0, "replayed 2 dead letters; 0 stay\n"), (result.ExitCode, result.Output));
        Assert.Equal(
            ["id-1", "id-2", "id-4", "id-5", "id-6", "id-7", "id-8"],
            (await host.DrainAsync(BridgeQueues.Dead)).Select(message => message.BasicProperties.MessageId));
    }

    [Fact]
    public async Task What_comes_straight_back_is_not_tried_twice()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        // The exchange leads into the dead-letter queue: every replay makes a new one.
        await Dead.KeepAsync(host, [.. Enumerable.Range(0, 250).Select(number => Dead.Event($"id-{number}", "logs.nobody.info"))]);
        await host.OnChannelAsync(channel => channel.QueueBindAsync(BridgeQueues.Dead, VirtualHost.Exchange, "#"));

        var result = await RunAsync(host, "replay");

        Assert.Equal((0, "replayed 250 dead letters; 0 stay\n"), (result.ExitCode, result.Output));
        Assert.Equal(250u, await host.CountAsync(BridgeQueues.Dead));
    }

    [Fact]
    public async Task Large_letters_are_replayed_in_bounded_memory()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "logs.#");
        var body = new byte[6 * 1024 * 1024];
        for (var number = 0; number < 20; number++)
            await Dead.KeepAsync(host, Dead.Event($"id-{number}", "logs.nobody.info") with { Body = body });

        // 120 MiB of letters, and a heap that may have 96.
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, []).SetItem("DOTNET_GCHeapHardLimit", "0x6000000");
        var result = await BridgeCommand.RunAsync(environment, ["dead", "replay"]);

        Assert.Equal((0, "", "replayed 20 dead letters; 0 stay\n"), (result.ExitCode, result.Errors, result.Output));
        Assert.Equal(20u, await host.CountAsync("all"));
    }

    [Fact]
    public async Task A_message_that_no_bridge_put_there_is_shown_and_stays()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await Dead.KeepAsync(host);
        await host.OnChannelAsync(channel => channel.BasicPublishAsync("", BridgeQueues.Dead, "foreign"u8.ToArray()).AsTask());

        Assert.Contains("1 shown of 1 dead letters", (await RunAsync(host, "list")).Output, StringComparison.Ordinal);
        Assert.Contains("no header x-dead-source", BridgeCommand.OnlyError(await RunAsync(host, "replay")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_in_parts_is_one_letter_whatever_lies_between_them_and_goes_as_it_was()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("sqs");
        await host.BindQueueAsync("all", "logs.#");
        var text = string.Concat(Enumerable.Range(0, 300).Select(number => $"{number:000} "));
        DeadMessage[] letters =
        [
            Dead.Raw("one", RefusalReason.Malformed, text, queue.Url.ToString()),
            Dead.Event("two", "logs.nobody.info") with { Body = Encoding.UTF8.GetBytes(text) },
        ];

        // In turns, from behind, and some twice: an attempt that broke off had kept them before.
        await KeepAsync(host, letters, parts => parts.Reverse().Concat(parts.Take(2)).OrderBy(part => part.Number % 3));
        var rows = BridgeCommand.Lines((await RunAsync(host, "list")).Output);
        var exported = BridgeCommand.Lines((await RunAsync(host, "export")).Output)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var result = await RunAsync(host, [queue], "replay");

        Assert.Equal((4, "2 shown of 2 dead letters"), (rows.Length, rows[^1]));
        Assert.Contains(" 1200 ", rows[1], StringComparison.Ordinal);
        Assert.All(
            exported, letter => Assert.Equal(text, Encoding.UTF8.GetString(letter.GetProperty("body").GetBytesFromBase64())));
        Assert.All(exported, letter => Assert.False(letter.GetProperty("headers").TryGetProperty(DeadLetterHeaders.Part, out _)));
        Assert.Equal((0, "replayed 2 dead letters; 0 stay\n"), (result.ExitCode, result.Output));
        Assert.Equal(text, Encoding.UTF8.GetString(Assert.Single(await BridgeCommand.DrainAsync(queue)).Text.Span));
        var message = Assert.Single(await host.DrainAsync("all"));
        Assert.Equal(("two", text), (message.BasicProperties.MessageId, Encoding.UTF8.GetString(message.Body.Span)));
        Assert.DoesNotContain(message.BasicProperties.Headers!.Keys, name => name.StartsWith("x-dead", StringComparison.Ordinal));
        Assert.Equal(0u, await host.CountAsync(BridgeQueues.Dead));
    }

    [Theory]
    [InlineData("missing", "INCOMPLETE: part 1/4 of a letter that has 3 of its parts here")]
    [InlineData("altered", "INCOMPLETE: part 1/4 of a letter whose parts do not give its digest")]
    [InlineData("nonsense", "INCOMPLETE: x-dead-part is '0/4', which no bridge writes")]
    public async Task Half_a_letter_is_shown_plainly_and_stays(string how, string problem)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("sqs");
        var letter = Dead.Raw("one", RefusalReason.Malformed, new string('x', 400), queue.Url.ToString());
        await KeepAsync(host, [letter], parts => how switch
        {
            "missing" => parts.Take(3),
            "altered" => parts.Select(part =>
                (part.Number, part.Message with { Body = Encoding.UTF8.GetBytes(new string('y', 100)) })),
            _ => parts.Take(1).Select(part =>
                (part.Number, letter.ToMessage(DateTimeOffset.UnixEpoch, new LetterPart(0, 4, new string('a', 64))))),
        });
        var kept = await host.CountAsync(BridgeQueues.Dead);

        var (list, dry, result) = (
            await RunAsync(host, "list"),
            await RunAsync(host, [queue], "replay", "--dry-run"),
            await RunAsync(host, [queue], "replay"));

        Assert.Contains(problem, list.Output, StringComparison.Ordinal);
        Assert.Contains($"one (malformed) would stay: {problem}", dry.Output, StringComparison.Ordinal);
        Assert.Equal((1, $"replayed 0 dead letters; {kept} stay\n"), (result.ExitCode, result.Output));
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
        Assert.Equal(kept, await host.CountAsync(BridgeQueues.Dead));
        Assert.Empty(await BridgeCommand.DrainAsync(queue));
    }

    // Puts the parts of letters, of 100 bytes at most, into the queue in the order that the test says.
    private static async Task KeepAsync(
        VirtualHost host,
        IReadOnlyList<DeadMessage> letters,
        Func<IReadOnlyList<(int Number, OutgoingMessage Message)>, IEnumerable<(int Number, OutgoingMessage Message)>> order)
    {
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host), partitions: 8);
        var publication = new DeadPublication(letters, maxBytes: 100, DateTimeOffset.UnixEpoch);
        (int Number, OutgoingMessage Message)[] parts =
            [.. Enumerable.Range(0, publication.Count).Select(number => (number, publication[number]))];
        Assert.Empty(await running.PublishAsync(order(parts).Select(part => part.Message)));
    }

    private static Task<CommandResult> RunAsync(VirtualHost host, params IReadOnlyList<string> arguments) => RunAsync(host, [], arguments);

    private static Task<CommandResult> RunAsync(VirtualHost host, IReadOnlyList<BridgeQueue> queues, params IReadOnlyList<string> arguments)
    {
        ImmutableDictionary<string, string> environment = BridgeQueue.BridgeEnvironment(host.Uri, queues);
        return BridgeCommand.RunAsync(environment, ["dead", .. arguments]);
    }
}
