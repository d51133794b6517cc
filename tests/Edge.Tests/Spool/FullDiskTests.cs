using System.Diagnostics;
using Bridge.Edge.Spool;

namespace Edge.Tests.Spool;

/// <summary>A small disk of its own, which is filled and freed.</summary>
[Trait("Lane", "full")]
public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_others_fill_and_free_loses_nothing()
    {
        using var disk = await MountedDisk.CreateAsync();
        await using var fixture = new SpoolFixture(disk.Path);
        var spool = await fixture.OpenAsync();
        for (var i = 0; i < 20; i++)
            await spool.AppendAsync(i, bytes: 10_000);

        // Without room even for a log.
        var filler = Path.Combine(disk.Path, "filler");
        Fill(filler);
        var waiting = new List<Task>();
        for (var i = 20; i < 40; i++)
        {
            await spool.AppendAsync(SomeEvents.Line(i, 100_000), Cancel);
            waiting.Add(spool.CommitAsync(Cancel));
        }

        await Eventually.TrueAsync(() => spool.IsFull);
        Assert.NotNull(spool.Problem);
        File.Delete(filler);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return !spool.IsFull;
        });

        await Task.WhenAll(waiting).WaitAsync(Eventually.Patience, Cancel);
        await spool.DisposeAsync();
        await using (var again = await fixture.OpenAsync())
            Assert.Equal(40, again.ReadAll().Count(row => row.Read(out _) is null));
        Assert.False(Directory.Exists(fixture.Damaged));
    }

    [Fact]
    public async Task A_spool_that_fills_its_disk_goes_on_when_it_is_read()
    {
        using var disk = await MountedDisk.CreateAsync();
        await using var fixture = new SpoolFixture(disk.Path);
        await using var spool = await fixture.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            var stored = 0;
            for (; !spool.IsFull; stored++)
                await spool.AppendAsync(stored, bytes: 50_000);
            Assert.InRange(stored, 10, 400);
            Assert.InRange(new DriveInfo(disk.Path).AvailableFreeSpace, 512 * 1024, 8 * 1024 * 1024);
            foreach (var row in spool.ReadAll())
                spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
            await Eventually.TrueAsync(() =>
            {
                fixture.Clock.Advance(TimeSpan.FromSeconds(1));
                return !spool.IsFull && spool.Figures.Batches == 0;
            });
        }
    }

    [Fact]
    public async Task A_spool_on_a_full_disk_starts_when_there_is_room()
    {
        using var disk = await MountedDisk.CreateAsync();
        await using var fixture = new SpoolFixture(disk.Path);
        var filler = Path.Combine(disk.Path, "filler");
        Fill(filler);
        await using var spool = fixture.Begin();
        await Eventually.TrueAsync(() => spool.Problem?.Contains("cannot be written", StringComparison.Ordinal) == true);

        File.Delete(filler);
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return !spool.IsFull;
        });
        await spool.AppendAsync(1);
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var some = new byte[4_096];
        try
        {
            while (true)
                stream.Write(some);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>A disk of 8 MiB in memory.</summary>
    private sealed class MountedDisk(string path) : IDisposable
    {
        public string Path { get; } = path;

        public static async Task<MountedDisk> CreateAsync()
        {
            var path = Directory.CreateTempSubdirectory("disk-").FullName;
            var isMounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path) == 0;
            Assert.SkipUnless(isMounted, "no disk can be mounted here");
            return new MountedDisk(path);
        }

        public void Dispose()
        {
            RunAsync("umount", "-l", Path).GetAwaiter().GetResult();
            if (Directory.Exists(Path))
                Directory.Delete(Path, recursive: true);
        }

        private static async Task<int> RunAsync(string program, params string[] arguments)
        {
            try
            {
                var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true };
                using var process = Process.Start(start)!;
                await process.WaitForExitAsync();
                return process.ExitCode;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return -1;
            }
        }
    }
}
