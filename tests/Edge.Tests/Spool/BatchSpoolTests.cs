using System.Text;
using Bridge.Edge.Spool;
using Microsoft.Data.Sqlite;
using Telemetry.Wire;

namespace Edge.Tests.Spool;

public sealed class BatchSpoolTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_committed_is_there_when_the_spool_is_opened_again()
    {
        await using var fixture = new SpoolFixture();
        await using (var spool = await fixture.OpenAsync())
        {
            await spool.AppendAsync(SomeEvents.Lines(1, 250), Cancel);
            await spool.AppendAsync(SomeEvents.Lines(251, 250), Cancel);
            await spool.CommitAsync(Cancel).WaitAsync(Eventually.Patience);
        }

        await using var again = await fixture.OpenAsync();
        var rows = again.ReadAll();

        Assert.Equal(2, rows.Count);
        Assert.Equal(Encoding.UTF8.GetString(SomeEvents.Lines(1, 250)), rows[0].Open());
        Assert.Equal(Encoding.UTF8.GetString(SomeEvents.Lines(251, 250)), rows[1].Open());
        Assert.Equal((2, 500), (again.Figures.Batches, again.Figures.Events));
        Assert.True(rows[0].Bytes.Length < SomeEvents.Lines(1, 250).Length, "it is compressed");
    }

    [Fact]
    public async Task All_who_wait_share_a_commit_and_nobody_has_to_wait_for_the_interval()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        using var blocker = Block(fixture.Database, out var transaction);
        var waiting = new List<Task>();
        for (var i = 0; i < 50; i++)
        {
            await spool.AppendAsync(SomeEvents.Line(i), Cancel);
            waiting.Add(spool.CommitAsync(Cancel));
        }

        // Nothing can be committed yet; the failed attempt is repeated after a second of the clock.
        await Eventually.TrueAsync(() => spool.Problem is not null);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        var before = LogBytes(fixture);
        transaction.Rollback();
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(waiting).WaitAsync(Eventually.Patience);

        Assert.Null(spool.Problem);
        Assert.Equal(50, spool.Figures.Batches);

        // Fifty commits would have written the page with the state fifty times.
        Assert.InRange(LogBytes(fixture) - before, 0, 20 * 4_120);
    }

    [Fact]
    public async Task What_nobody_waits_for_is_committed_after_the_interval()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();

        await spool.AppendAsync(SomeEvents.Line(1), Cancel);
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Empty(spool.ReadAll());
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.TrueAsync(() => spool.ReadAll().Count == 1);
    }

    [Fact]
    public async Task A_failed_commit_closes_the_spool_is_tried_again_each_second_and_loses_nothing()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        using var blocker = Block(fixture.Database, out var transaction);

        await spool.AppendAsync(SomeEvents.Line(1), Cancel);
        var committed = spool.CommitAsync(Cancel);
        await Eventually.TrueAsync(() => spool.IsFull);
        Assert.Contains("cannot be written", spool.Problem, StringComparison.Ordinal);
        Assert.False(committed.IsCompleted);
        transaction.Rollback();
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return committed.IsCompleted;
        });

        Assert.False(spool.IsFull);
        Assert.Equal("1", NumbersOf(spool));
    }

    [Fact]
    public async Task Nothing_is_lost_or_stored_twice_when_the_spool_ends_with_batches_that_nobody_waits_for()
    {
        await using var fixture = new SpoolFixture();
        var spool = await fixture.OpenAsync();
        await spool.AppendAsync(SomeEvents.Line(7), Cancel);
        await spool.DisposeAsync();

        await using var again = await fixture.OpenAsync();

        Assert.Equal("7", NumbersOf(again));
    }

    [Fact]
    public async Task A_sequence_is_never_used_twice()
    {
        await using var fixture = new SpoolFixture();
        var seen = new List<(SenderId, uint)>();
        for (var round = 0; round < 3; round++)
        {
            await using var spool = await fixture.OpenAsync();
            for (var i = 0; i < 3; i++)
                await spool.AppendAsync(i);
            var rows = spool.ReadAll();
            seen.AddRange(rows.Select(row => (row.HeaderOf().Batch.Sender, row.HeaderOf().Batch.Sequence)));

            // Settled rows are gone; the sequence goes on all the same.
            foreach (var row in rows)
                spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
        }

        Assert.Equal(Enumerable.Range(0, 9).Select(number => (uint)number), seen.Select(id => id.Item2));
        Assert.Single(seen.Select(id => id.Item1).Distinct());
    }

    [Fact]
    public async Task A_full_spool_takes_nothing_stays_within_its_size_and_opens_again_at_95_percent()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MaxBytes = 2 * 1024 * 1024 };
        await using var spool = await fixture.OpenAsync();

        var stored = 0;
        while (!spool.IsFull)
            await spool.AppendAsync(++stored, bytes: 8_000);
        Assert.Contains("Bridge:Spool:MaxBytes is 2097152", spool.Problem, StringComparison.Ordinal);
        Assert.InRange(spool.Figures.Bytes, 1024 * 1024, 2 * 1024 * 1024);
        Assert.Equal(stored, spool.ReadAll().Count);

        // One batch is a two-hundredth of it: it takes several to open it.
        var removed = 0;
        foreach (var row in spool.ReadAll())
        {
            spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
            removed++;
            var left = stored - removed;
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Eventually.TrueAsync(() => spool.Figures.Batches == left);
            if (!spool.IsFull)
                break;
        }

        Assert.InRange((double)removed / stored, 0.03, 0.08);
        await spool.AppendAsync(stored + 1, bytes: 8_000);
    }

    [Fact]
    public async Task Batches_that_do_not_fit_any_more_wait_until_others_are_removed()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MaxBytes = 1024 * 1024 };
        await using var spool = await fixture.OpenAsync();
        var all = new List<Task>();
        for (var i = 0; i < 100; i++)
        {
            await spool.AppendAsync(SomeEvents.Line(i, 16_000), Cancel);
            all.Add(spool.CommitAsync(Cancel));
        }

        await Eventually.TrueAsync(() => spool.IsFull && spool.Figures.Batches > 0);
        Assert.Contains(all, task => !task.IsCompleted);
        var seen = new List<string>();
        await Eventually.TrueAsync(() =>
        {
            foreach (var row in spool.ReadAll().Where(row => !spool.IsRemoved(row.Id)))
            {
                seen.Add(row.Open());
                spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
            }

            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return all.TrueForAll(task => task.IsCompletedSuccessfully) && spool.Figures.Batches == 0;
        });

        Assert.Equal(100, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(spool.Figures.Bytes, 1, 1024 * 1024);
    }

    [Fact]
    public async Task Too_little_free_disk_is_full()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MinFreeBytes = 1024L * 1024 * 1024 * 1024 };
        var spool = fixture.Begin();

        await Eventually.TrueAsync(() => spool.Problem?.Contains("MinFreeBytes", StringComparison.Ordinal) == true);

        Assert.True(spool.IsFull);
    }

    [Fact]
    public async Task Batches_are_encrypted_where_a_key_is_given()
    {
        await using var fixture = new SpoolFixture();
        var key = new MasterKey("k1", new byte[MasterKey.Size]);
        await using var spool = await fixture.OpenAsync(key);

        await spool.AppendAsync("""{"secret":"planted-text"}"""u8.ToArray().Append((byte)'\n').ToArray(), Cancel);
        await spool.CommitAsync(Cancel).WaitAsync(Eventually.Patience);

        var row = Assert.Single(spool.ReadAll());
        Assert.True(row.HeaderOf().Flags.HasFlag(BatchFlags.Encrypted));
        Assert.Equal("""{"secret":"planted-text"}""" + "\n", row.Open(key));
        foreach (var file in Directory.GetFiles(fixture.Options.Directory!))
            Assert.DoesNotContain("planted-text", await ReadSharedAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_and_files_are_private()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(1);

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(fixture.Options.Directory!));
        var files = Directory.GetFiles(fixture.Options.Directory!);
        Assert.True(files.Length >= 4, "database, log, index and lock");
        foreach (var file in files)
            Assert.Equal(Private, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_folder_is_in_use_and_gets_it_later()
    {
        await using var fixture = new SpoolFixture();
        var first = await fixture.OpenAsync();
        var second = fixture.Begin();
        await Eventually.TrueAsync(() => second.Problem?.Contains("in use by another process", StringComparison.Ordinal) == true);

        await first.DisposeAsync();
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return !second.IsFull;
        });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(30, 30)]
    public async Task The_age_of_the_oldest_batch_is_known(int seconds, double age)
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        Assert.Null(spool.Figures.Oldest);
        await spool.AppendAsync(1);
        fixture.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await spool.AppendAsync(2);

        Assert.Equal(age, (fixture.Clock.GetUtcNow() - spool.Figures.Oldest!.Value).TotalSeconds);
    }

    private static SqliteConnection Block(string database, out SqliteTransaction transaction)
    {
        var connection = SpoolConnection.Open(database, SqliteOpenMode.ReadWrite);
        transaction = connection.BeginTransaction(deferred: false);
        return connection;
    }

    private static long LogBytes(SpoolFixture fixture) => new FileInfo(fixture.Database + "-wal").Length;

    private static string NumbersOf(BatchSpool spool) => string.Join(
        ',',
        spool.ReadAll().SelectMany(row => row.Open().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("n").GetInt32()));

    private static async Task<string> ReadSharedAsync(string path)
    {
        if (Path.GetFileName(path) == "lock")
            return "";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
