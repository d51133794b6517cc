using System.Text;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Senders;

/// <summary>What docs/senders/wire.py and wire.mjs pack, the codec opens.</summary>
public sealed class WireScriptTests
{
    private const string Key = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static TheoryData<string> Languages => [.. Script.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Events_are_packed_together_and_come_out_byte_for_byte(string language)
    {
        var events = Realistic(5_000).Append("""{ "note" : "žluťoučký kůň 🐎 a\nb" }""").ToList();

        var batches = await PackAsync(language, events, 65_536);

        Assert.Equal(events, batches.SelectMany(batch => batch.Events).Select(Encoding.UTF8.GetString));
        Assert.Equal(Enumerable.Range(0, batches.Count), batches.Select(batch => (int)batch.Id.Sequence));
        Assert.Single(batches.Select(batch => batch.Id.Sender).Distinct());
        // Node compresses; Python's standard library cannot.
        Assert.InRange(batches.Count, 2, language is "mjs" ? 20 : 50);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_large_event_becomes_several_messages_within_the_limit(string language)
    {
        var large = Encoding.ASCII.GetString(WireSamples.Event(300_000, new Random(1), compressible: false));

        var batch = Assert.Single(await PackAsync(language, [large], 65_536));

        Assert.Equal(large, Encoding.ASCII.GetString(Assert.Single(batch.Events)));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Every_length_around_a_slice_is_cut_right(string language)
    {
        foreach (var length in Enumerable.Range(55, 14))
        {
            var line = Encoding.ASCII.GetString(WireSamples.Event(length, new Random(length), compressible: false));
            Assert.Equal(
                line, Encoding.ASCII.GetString(Assert.Single(Assert.Single(await PackAsync(language, [line], 128)).Events)));
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_batch_holds_no_more_events_than_a_receiver_takes(string language)
    {
        var batches = await PackAsync(language, [.. Enumerable.Repeat("{}", 70_000)], 1_048_576);

        Assert.Equal(2, batches.Count);
        Assert.Equal(70_000, batches.Sum(batch => batch.Events.Count));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task With_a_key_batches_are_encrypted_as_the_page_says(string language)
    {
        var events = Realistic(100).ToList();

        var texts = await TextsAsync(language, events, key: Key);
        var batches = Open(texts, new KeyRing(MasterKey.Parse(Key)));

        Assert.Equal(events, batches.SelectMany(batch => batch.Events).Select(Encoding.UTF8.GetString));
        Assert.All(texts, text => Assert.Equal(2, Convert.FromBase64String(text)[3] & 2));
        Assert.All(
            texts.Select(text => Encoding.Latin1.GetString(Convert.FromBase64String(text))),
            bytes => Assert.DoesNotContain("orders", bytes, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Python_without_a_package_for_it_refuses_a_key_instead_of_sending_in_clear()
    {
        var result = await Script.RunAsync("wire.py", [], "{}\n", Environment(Key), isolated: true);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.EndsWith("No module named 'cryptography'\n", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task What_is_no_key_is_refused_before_its_name_could_leave_in_clear(string language)
    {
        foreach (var key in (string[])["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "k1:AAEC", "k1:"])
        {
            var result = await Script.RunAsync($"wire.{language}", [], "{}\n", Environment(key));

            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains("TELEMETRY_KEY is not KVER:BASE64 of 32 bytes", result.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("AAEC", result.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Nothing_to_send_makes_no_message(string language) =>
        Assert.Empty(await TextsAsync(language, ["", "  "]));

    private static IEnumerable<string> Realistic(int count)
    {
        var events = new RealisticEvents(seed: 1);
        for (var i = 0; i < count; i++)
            yield return Encoding.UTF8.GetString(events.Next()).Replace('\n', ' ');
    }

    private static async Task<List<ReceivedBatch>> PackAsync(string language, IReadOnlyList<string> events, int limit)
    {
        var texts = await TextsAsync(language, events, limit);
        Assert.All(texts, text => Assert.InRange(text.Length, 1, limit));
        return Open(texts, KeyRing.Empty);
    }

    private static async Task<string[]> TextsAsync(
        string language, IReadOnlyList<string> events, int? limit = null, string? key = null)
    {
        IReadOnlyList<string> arguments = limit is { } bytes ? [$"{bytes}"] : [];
        var result = await Script.RunAsync($"wire.{language}", arguments, string.Concat(events.Select(line => line + "\n")),
            key is null ? null : Environment(key));
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Dictionary<string, string> Environment(string key) => new(StringComparer.Ordinal) { ["TELEMETRY_KEY"] = key };

    private static List<ReceivedBatch> Open(IEnumerable<string> texts, KeyRing keys)
    {
        using var receiver = new CodecReceiver(keys, CodecLimits.Default);
        foreach (var text in texts)
            receiver.Receive(Encoding.ASCII.GetBytes(text));
        Assert.Empty(receiver.Refusals);
        Assert.Equal(0, receiver.Assembler.Batches);
        return receiver.Batches;
    }
}
