using System.Buffers;
using System.Text;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Bridge.Edge.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Wire;

namespace Edge.Tests.Spool;

/// <summary>A folder for a spool, which can be opened again and again.</summary>
internal sealed class SpoolFixture : IAsyncDisposable
{
    private readonly List<BatchSpool> _opened = [];
    private readonly bool _isOwner;

    public SpoolFixture(string? directory = null, FakeTimeProvider? clock = null)
    {
        _isOwner = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("spool-").FullName;
        Options = new SpoolOptions { Directory = Path.Combine(Directory, "spool"), MinFreeBytes = 0 };
        Clock = clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero));
    }

    public string Directory { get; }

    public SpoolOptions Options { get; set; }

    public FakeTimeProvider Clock { get; }

    public string Database => Path.Combine(Options.Directory!, "spool.db");

    public string Damaged => Path.Combine(Options.Directory!, "damaged");

    /// <summary>Opens the spool and waits until it takes events.</summary>
    public async Task<BatchSpool> OpenAsync(MasterKey? key = null)
    {
        var spool = Begin(key);
        await spool.WaitForRoomAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience);
        return spool;
    }

    /// <summary>Opens the spool.</summary>
    public BatchSpool Begin(MasterKey? key = null)
    {
        var spool = new BatchSpool(Options, key, Clock, NullLogger<BatchSpool>.Instance);
        _opened.Add(spool);
        return spool;
    }

    /// <summary>A source of the spool.</summary>
    public SpoolSource SourceOf(BatchSpool spool) => new(spool, Clock, NullLogger<SpoolSource>.Instance);

    public async ValueTask DisposeAsync()
    {
        foreach (var spool in _opened)
            await spool.DisposeAsync();
        if (_isOwner)
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Events and batches for a spool.</summary>
internal static class SomeEvents
{
    /// <summary>One line with a number and so much text that does not compress.</summary>
    public static byte[] Line(int number, int bytes = 40)
    {
        var random = new byte[bytes / 2];
        new Random(number).NextBytes(random);
        return Encoding.UTF8.GetBytes($$"""{"n":{{number}},"text":"{{Convert.ToHexString(random)}}"}""" + "\n");
    }

    public static byte[] Lines(int first, int count, int bytes = 40) =>
        [.. Enumerable.Range(first, count).SelectMany(number => Line(number, bytes))];

    /// <summary>Appends a batch of one event and commits it.</summary>
    public static async Task AppendAsync(this BatchSpool spool, int number, int bytes = 40)
    {
        await spool.AppendAsync(Line(number, bytes), TestContext.Current.CancellationToken);
        await spool.CommitAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience);
    }

    /// <summary>Every row, in order.</summary>
    public static List<SpooledBatch> ReadAll(this BatchSpool spool)
    {
        var rows = new List<SpooledBatch>();
        for (var after = 0L; spool.FindNext(after) is { } next; after = next.Id)
            rows.Add(spool.Read(next.Id)!);
        return rows;
    }

    /// <summary>The lines of a batch.</summary>
    public static string Open(this SpooledBatch batch, params MasterKey[] keys)
    {
        Assert.Null(batch.Read(out var header));
        var opener = new BatchOpener(new KeyRing(keys), CodecLimits.Default);
        Assert.Null(opener.Open(header, new ReadOnlySequence<byte>(batch.Bytes.AsMemory(ChunkHeader.Size)), out var opened));
        using (opened)
            return Encoding.UTF8.GetString(opened!.Lines.Span);
    }

    public static ChunkHeader HeaderOf(this SpooledBatch batch)
    {
        Assert.Null(batch.Read(out var header));
        return header;
    }
}

/// <summary>Keeps deliveries until a test settles them.</summary>
/// <param name="bytes">Memory for their payloads.</param>
internal sealed class KeepingSink(long bytes = long.MaxValue) : ISink
{
    private readonly Lock _gate = new();
    private readonly List<Delivery> _deliveries = [];

    public IReadOnlyList<Delivery> Deliveries
    {
        get
        {
            lock (_gate)
                return [.. _deliveries];
        }
    }

    public ByteBudget Room { get; } = new(bytes);

    public ValueTask<ByteBudget.Reservation> ReserveAsync(long bytes, CancellationToken stop) => Room.ReserveAsync(bytes, stop);

    public ValueTask OfferAsync(Delivery delivery, CancellationToken stop)
    {
        lock (_gate)
            _deliveries.Add(delivery);
        return ValueTask.CompletedTask;
    }

    public async Task<IReadOnlyList<Delivery>> WaitForAsync(int count)
    {
        await Eventually.TrueAsync(() => Deliveries.Count >= count);
        return Deliveries;
    }
}
