using Bridge.Edge.Spool;

namespace Edge.Tests.Spool;

/// <summary>Files that are altered, cut off or replaced: the spool opens, and accounts for what was committed.</summary>
public sealed class DamageTests
{
    private const int Batches = 6;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task A_database_without_its_first_pages_is_put_aside_and_read(int pages)
    {
        await using var fixture = await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(fixture.Database, Cancel);
        bytes.AsSpan(0, Math.Min(bytes.Length, Math.Max(100, pages * 4_096))).Fill(0xa5);
        await File.WriteAllBytesAsync(fixture.Database, bytes, Cancel);

        await using var spool = await fixture.OpenAsync();

        var damaged = Assert.Single(Directory.GetFiles(fixture.Damaged, "*.db"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(damaged, Cancel));
        Assert.Equal(pages < 64 ? Batches : 0, spool.ReadAll().Count(row => row.Read(out _) is null));
        Assert.Equal(1, spool.Figures.Damages);
        await spool.AppendAsync(99);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_put_aside()
    {
        await using var fixture = new SpoolFixture();
        Directory.CreateDirectory(fixture.Options.Directory!);
        await File.WriteAllTextAsync(fixture.Database, "no database", Cancel);

        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(1);

        Assert.Equal("no database", await File.ReadAllTextAsync(Directory.GetFiles(fixture.Damaged).Single(), Cancel));
    }

    [Fact]
    public async Task A_database_that_is_cut_off_gives_what_it_has()
    {
        await using var fixture = await FilledAsync();
        using (var file = File.OpenWrite(fixture.Database))
            file.SetLength(file.Length - 4_096);

        await using var spool = await fixture.OpenAsync();
        await WaitForRepairAsync(fixture, spool);

        Assert.InRange(spool.ReadAll().Count(row => row.Read(out _) is null), 1, Batches);
    }

    [Fact]
    public Task Some_bits_of_a_small_database_are_flipped_and_it_opens_with_everything_or_a_report() =>
        FlipDatabaseAsync(step: 53);

    private static async Task FlipDatabaseAsync(int step)
    {
        await using var fixture = await FilledAsync();
        var file = await File.ReadAllBytesAsync(fixture.Database, Cancel);

        // Bits of the pages' structure; of the batches' bytes, which a digest covers, a sample.
        var positions = Positions(file).Where((_, index) => index % step == 0).ToList();
        var problems = new List<string>();
        foreach (var bit in positions)
            await FlipAsync(fixture, file, bit, log: false, problems);

        Assert.Empty(problems);
    }

    [Fact]
    public async Task Bits_of_a_log_that_a_kill_left_are_flipped_and_it_opens_with_everything_or_a_report()
    {
        await using var fixture = new SpoolFixture();
        var spool = await fixture.OpenAsync();
        for (var i = 1; i <= Batches; i++)
            await spool.AppendAsync(i, bytes: 400);
        var copy = Path.Combine(fixture.Directory, "copy");
        Directory.CreateDirectory(copy);
        foreach (var name in (string[])["spool.db", "spool.db-wal"])
            File.Copy(Path.Combine(fixture.Options.Directory!, name), Path.Combine(copy, name));
        await spool.DisposeAsync();
        fixture.Options = fixture.Options with { Directory = copy };
        var log = await File.ReadAllBytesAsync(fixture.Database + "-wal", Cancel);

        var problems = new List<string>();
        for (var bit = 0; bit < log.Length * 8; bit += bit < 512 ? 5 : 3_997)
            await FlipAsync(fixture, log, bit, log: true, problems);

        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_restoring_that_a_kill_interrupted_is_done_at_the_next_start()
    {
        await using var fixture = await FilledAsync();
        Directory.CreateDirectory(fixture.Damaged);
        var damaged = Path.Combine(fixture.Damaged, "spool-20261130T080000.000Z.db");
        File.Move(fixture.Database, damaged);
        await File.WriteAllTextAsync($"{damaged}.restoring", "", Cancel);

        await using var spool = await fixture.OpenAsync();

        Assert.Equal(Batches, spool.ReadAll().Count(row => row.Read(out _) is null));
        Assert.False(File.Exists($"{damaged}.restoring"));
        Assert.True(File.Exists(damaged));
    }

    [Fact]
    public async Task After_damage_at_the_start_sequences_have_another_sender()
    {
        await using var fixture = await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(fixture.Database, Cancel);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(fixture.Database, bytes, Cancel);

        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(99);

        var senders = spool.ReadAll().Select(row => row.HeaderOf().Batch.Sender).ToList();
        Assert.Equal(Batches + 1, senders.Count);
        Assert.Equal(2, senders.Distinct().Count());
        Assert.NotEqual(senders[0], senders[^1]);
    }

    [Fact]
    public async Task A_database_that_is_damaged_while_the_spool_runs_is_replaced_and_everything_is_offered()
    {
        await using var fixture = new SpoolFixture();
        await using (var filling = await fixture.OpenAsync())
        {
            for (var i = 1; i <= 40; i++)
                await filling.AppendAsync(i, bytes: 3_000);
        }

        // The root of the tree of batches.
        var bytes = await File.ReadAllBytesAsync(fixture.Database, Cancel);
        bytes.AsSpan(2 * 4_096, 4_096).Fill(0x5a);
        await File.WriteAllBytesAsync(fixture.Database, bytes, Cancel);
        await using var spool = await fixture.OpenAsync();
        var sink = new KeepingSink();
        using var stop = new CancellationTokenSource();
        var running = fixture.SourceOf(spool).RunAsync(sink, stop.Token);

        var offered = await sink.WaitForAsync(40);

        Assert.Equal(40, offered.Select(delivery => delivery.Origin.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(Directory.GetFiles(fixture.Damaged, "*.db"));
        await spool.AppendAsync(41);
        offered = await sink.WaitForAsync(41);
        foreach (var delivery in offered)
            await delivery.Settlement.SettleAsync(Bridge.Core.Sources.Outcome.Published);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
    }

    // Opens the folder with one bit altered. Everything committed must be offered, or stand among the damaged.
    private static async Task FlipAsync(SpoolFixture fixture, byte[] file, int bit, bool log, List<string> problems)
    {
        var flipped = (byte[])file.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        await using var other = new SpoolFixture();
        Directory.CreateDirectory(other.Options.Directory!);
        if (log)
            File.Copy(fixture.Database, other.Database);
        await File.WriteAllBytesAsync(log ? other.Database + "-wal" : other.Database, flipped, Cancel);

        await using var spool = await other.OpenAsync();
        await WaitForRepairAsync(other, spool);
        var rows = spool.ReadAll();
        var whole = rows.Where(row => row.Read(out _) is null).Select(row => row.HeaderOf().Batch).Distinct().Count();
        var isReported = rows.Count > whole || Directory.Exists(other.Damaged);
        if (whole < Batches && !isReported)
            problems.Add($"bit {bit} (byte {bit / 8 % 4_096} of page {(bit / 8 / 4_096) + 1}): {whole} of {rows.Count} rows");
    }

    // The source comes to the end; if it has missed rows, the spool notices.
    private static async Task WaitForRepairAsync(SpoolFixture fixture, BatchSpool spool)
    {
        var sink = new KeepingSink();
        using var stop = new CancellationTokenSource();
        var running = fixture.SourceOf(spool).RunAsync(sink, stop.Token);
        await Eventually.TrueAsync(() => sink.Deliveries.Count >= spool.Figures.Batches || Directory.Exists(fixture.Damaged));
        await stop.CancelAsync();
        foreach (var delivery in sink.Deliveries)
            await delivery.Settlement.SettleAsync(Bridge.Core.Sources.Outcome.Retry(TimeSpan.Zero));
        await running.WaitAsync(Eventually.Patience);
        await Eventually.TrueAsync(() => spool.Problem is null && !spool.IsFull);
    }

    private static IEnumerable<int> Positions(byte[] file)
    {
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var (page, offset) = (bit / 8 / 4_096, bit / 8 % 4_096);
            var isStructure = offset < 40 || (page == 0 && offset < 140);
            if (isStructure || bit % 211 == 0)
                yield return bit;
        }
    }

    private static async Task<SpoolFixture> FilledAsync()
    {
        var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        for (var i = 1; i <= Batches; i++)
            await spool.AppendAsync(i, bytes: 3_000);
        return fixture;
    }
}
