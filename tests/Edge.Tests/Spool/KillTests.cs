using System.Globalization;
using System.Text.Json;
using Bridge.Edge.Spool;
using Telemetry.Wire;

namespace Edge.Tests.Spool;

/// <summary>Processes that are killed while they append.</summary>
[Trait("Lane", "full")]
public sealed class KillTests
{
    private const int Rounds = 5;
    private const int ReportsOfRound = 40;

    [Fact]
    public async Task What_was_reported_as_committed_is_there_after_kills_and_no_sequence_is_used_twice()
    {
        await using var fixture = new SpoolFixture();
        var (reported, found, ids) = (new List<int>(), new List<int>(), new List<BatchId>());
        for (var round = 0; round < Rounds; round++)
        {
            reported.AddRange(await KilledAsync(fixture.Options.Directory!, round * 100_000));

            // Half of the rounds empty the spool, the others leave its rows to the next one.
            await using var spool = await fixture.OpenAsync();
            if (round % 2 == 0)
                continue;
            foreach (var row in spool.ReadAll())
            {
                found.Add(JsonDocument.Parse(row.Open()).RootElement.GetProperty("n").GetInt32());
                ids.Add(row.HeaderOf().Batch);
                spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
            }
        }

        await using var last = await fixture.OpenAsync();
        found.AddRange(last.ReadAll().Select(row => JsonDocument.Parse(row.Open()).RootElement.GetProperty("n").GetInt32()));
        ids.AddRange(last.ReadAll().Select(row => row.HeaderOf().Batch));

        Assert.Empty(reported.Except(found));
        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, ids.Count).Select(number => (uint)number), ids.Select(id => id.Sequence));
        Assert.False(Directory.Exists(fixture.Damaged));
    }

    private static async Task<List<int>> KilledAsync(string folder, int first)
    {
        using var child = SpoolChild.Start(folder, first);
        var reported = new List<int>();
        try
        {
            while (reported.Count < ReportsOfRound && await ReadAsync(child.StandardOutput) is { } line)
                reported.Add(int.Parse(line, CultureInfo.InvariantCulture));
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }

        while (await ReadAsync(child.StandardOutput) is { } line)
        {
            // The last line may be cut off.
            if (int.TryParse(line, CultureInfo.InvariantCulture, out var number) && number >= first)
                reported.Add(number);
        }

        Assert.True(reported.Count >= ReportsOfRound, await child.StandardError.ReadToEndAsync());
        return reported;
    }

    private static Task<string?> ReadAsync(StreamReader reader) => reader.ReadLineAsync().WaitAsync(Eventually.Patience);
}
