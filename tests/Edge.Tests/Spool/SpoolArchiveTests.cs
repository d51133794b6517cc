using System.Text;
using Bridge.Edge.Spool;
using Telemetry.Wire;

namespace Edge.Tests.Spool;

/// <summary>What commands read of a spool.</summary>
public sealed class SpoolArchiveTests
{
    [Fact]
    public async Task A_spool_is_read_while_it_is_used()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(1);
        await spool.AppendAsync(2);

        var report = SpoolReport.Read(fixture.Options.Directory!);
        using var archive = SpoolArchive.OpenFolder(fixture.Options.Directory!);

        Assert.True(report.IsInUse);
        Assert.Equal((2L, 2L), (report.State!.Batches, report.State.Events));
        Assert.Equal(fixture.Clock.GetUtcNow(), report.Oldest);
        Assert.Empty(report.Damaged);
        Assert.Equal(Encoding.UTF8.GetString(SomeEvents.Lines(1, 2)), Export(archive));
        Assert.Empty(archive.CheckIntegrity());
    }

    [Fact]
    public async Task A_file_is_replayed_into_a_spool_under_the_same_identities()
    {
        await using var fixture = new SpoolFixture();
        await using (var spool = await fixture.OpenAsync())
        {
            for (var i = 1; i <= 40; i++)
                await spool.AppendAsync(i, bytes: 5_000);
        }

        var file = Path.Combine(fixture.Directory, "aside.db");
        File.Move(fixture.Database, file);
        await using (var spool = await fixture.OpenAsync())
            await spool.AppendAsync(99);
        var replayed = SpoolReplay.Run(fixture.Options, file, fixture.Clock);

        await using var after = await fixture.OpenAsync();
        await after.AppendAsync(100);
        var rows = after.ReadAll();
        var ids = rows.Select(row => row.HeaderOf().Batch).ToList();
        Assert.Equal(new ReplayedBatches(40, 40, 0), replayed);
        Assert.Equal(42, rows.Count);
        Assert.Equal(Enumerable.Range(0, 40).Select(number => (uint)number), ids[1..41].Select(id => id.Sequence));

        // The spool's own sender goes on.
        Assert.Equal((ids[0].Sender, 1u), (ids[41].Sender, ids[41].Sequence));
        Assert.NotEqual(ids[0].Sender, ids[1].Sender);
    }

    [Fact]
    public async Task A_spool_in_use_is_not_replayed_into()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();

        Assert.Throws<SpoolInUseException>(() => SpoolReplay.Run(fixture.Options, fixture.Database, fixture.Clock));
    }

    [Fact]
    public void A_folder_without_a_spool_is_named() => Assert.Contains(
        "no spool in /no/such/folder", Assert.Throws<FileNotFoundException>(() => SpoolReport.Read("/no/such/folder")).Message, StringComparison.Ordinal);

    private static string Export(SpoolArchive archive)
    {
        var lines = new StringBuilder();
        foreach (var batch in archive.ReadBatches())
        {
            Assert.Null(SpoolArchive.Open(batch, new BatchOpener(KeyRing.Empty, CodecLimits.Default), out var opened));
            using (opened)
                lines.Append(Encoding.UTF8.GetString(opened!.Lines.Span));
        }

        return lines.ToString();
    }
}
