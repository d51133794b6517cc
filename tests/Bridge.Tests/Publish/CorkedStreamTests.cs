using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Publish;

namespace Bridge.Tests.Publish;

public sealed class CorkedStreamTests : IAsyncLifetime, IDisposable
{
    private const int Capacity = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _writing = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private Socket? _reading;
    private CorkedStream? _stream;

    private CorkedStream Stream => _stream!;

    public async Task InitializeAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await _writing.ConnectAsync(listener.LocalEndpoint);
        _reading = await listener.AcceptSocketAsync();
        _stream = new CorkedStream(_writing);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _stream?.Dispose();
        _reading?.Dispose();
        _writing.Dispose();
    }

    [Fact]
    public async Task Without_a_cork_every_write_leaves_at_once()
    {
        await Stream.WriteAsync("one"u8.ToArray());

        Assert.Equal("one", await ReadAsync(3));
    }

    [Fact]
    public async Task What_is_written_under_a_cork_leaves_when_it_is_drawn()
    {
        Stream.Cork();
        await Stream.WriteAsync("one"u8.ToArray());
        await Stream.WriteAsync("two"u8.ToArray());
        await Stream.FlushAsync();
        Assert.Equal(0, _reading!.Available);

        await Stream.UncorkAsync();

        Assert.Equal("onetwo", await ReadAsync(6));
    }

    [Fact]
    public async Task Bytes_keep_their_order_whatever_their_size()
    {
        int[] sizes = [1, 500, Capacity - 1, 2, Capacity, Capacity + 1, 3, 5 * Capacity, 700];
        var expected = sizes.SelectMany((size, number) => Enumerable.Repeat((byte)('a' + number), size)).ToArray();
        var reading = ReadAsync(2 * expected.Length);
        for (var round = 0; round < 2; round++)
        {
            Stream.Cork();
            foreach (var (size, number) in sizes.Select((size, number) => (size, number)))
            {
                // Drawn and put back in the middle, as at a full window.
                if (round == 1 && number == 4)
                {
                    await Stream.UncorkAsync();
                    await Stream.WriteAsync(Array.Empty<byte>());
                    Stream.Cork();
                }

                await Stream.WriteAsync(Enumerable.Repeat((byte)('a' + number), size).ToArray());
            }

            await Stream.UncorkAsync();
        }

        Assert.Equal(Encoding.ASCII.GetString([.. expected, .. expected]), await reading);
    }

    [Fact]
    public async Task Little_is_collected_before_it_leaves()
    {
        Stream.Cork();
        for (var written = 0; written <= Capacity; written += 1_000)
            await Stream.WriteAsync(new byte[1_000]);

        Assert.Equal(Capacity / 1_000 * 1_000, (await ReadAsync(Capacity / 1_000 * 1_000)).Length);
    }

    [Fact]
    public void Nothing_may_overtake_what_is_collected() =>
        Assert.Throws<NotSupportedException>(() => Stream.Write([1, 2, 3]));

    private async Task<string> ReadAsync(int bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        var read = new byte[bytes];
        for (var count = 0; count < bytes;)
        {
            var more = await _reading!.ReceiveAsync(read.AsMemory(count), SocketFlags.None, patience.Token);
            Assert.NotEqual(0, more);
            count += more;
        }

        return Encoding.ASCII.GetString(read);
    }
}
