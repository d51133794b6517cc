using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Microsoft.Extensions.Logging;
using Telemetry.Events;

namespace Bridge.Edge.Listening;

/// <summary>
/// Receives datagrams on a thread of its own, which waits for nothing but the socket: what the decoder has no time for waits in
/// bounded memory, and is dropped and counted when that is full.
/// </summary>
internal sealed class DatagramListener : IIntakeListener, IDisposable
{
    // The largest datagram of UDP, and that of a Unix socket with the usual send buffer.
    private const int LargestUdp = 64 * 1024;
    private const int LargestUnix = 256 * 1024;

    private const int SlabSize = 512 * 1024;
    private const int Slabs = 32;
    private const int MostWaiting = 64 * 1024;

    private static readonly TimeSpan WakePause = TimeSpan.FromMilliseconds(20);

    // Fields of both threads.
    private readonly IntakeOptions _options;
    private readonly IntakeEndpoint _endpoint;
    private readonly EventIntake _intake;
    private readonly IntakeCounters _counters;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly SlabPool _slabs = new(Slabs, SlabSize);
    private readonly Channel<Datagram> _waiting = Channel.CreateBounded<Datagram>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });

    private readonly Socket _socket;
    private readonly KernelDrops _drops;
    private volatile bool _isStopping;
    private Thread? _thread;
    private Task _decoder = Task.CompletedTask;

    // Fields of the receiving thread.
    private readonly DatagramPeers _peers;
    private readonly byte[] _spare = new byte[LargestUnix];
    private readonly SocketAddress _from;
    private DatagramSlab? _slab;

    public DatagramListener(IntakeOptions options, EventIntake intake, IntakeCounters counters, TimeProvider clock, ILogger log)
    {
        (_options, _intake, _counters, _clock, _log) = (options, intake, counters, clock, log);
        _endpoint = options.Endpoint;
        _socket = DatagramSocket.Create(_endpoint);
        _drops = new KernelDrops(_socket);
        _peers = new DatagramPeers(new PeerPolicy(options));
        _from = new SocketAddress(_socket.AddressFamily);
    }

    public string Place => _endpoint.Path ?? $"{_socket.LocalEndPoint}";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var buffer = DatagramSocket.Bind(_socket, _endpoint);
        _counters.Watch(_drops);
        IntakeLog.ListeningForDatagrams(_log, _endpoint, Place, buffer.Bytes / 1024);
        if (buffer.Remedy is { } remedy)
            IntakeLog.SmallBuffer(_log, _endpoint, remedy);
        _decoder = Task.Run(DecodeAsync, CancellationToken.None);
        _thread = new Thread(Receive) { IsBackground = true, Name = $"intake {_endpoint}" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Connects the socket to itself, so that the kernel takes no more datagrams from others, and ends the receiving thread with
    /// an empty one behind all that arrived before.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_thread is { } thread)
                await EndAsync(thread, cancellationToken);
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _drops.ReadLast();
        _socket.Dispose();
        if (_endpoint.Path is { } path)
            UnixSocketFile.Remove(path);
    }

    private async Task EndAsync(Thread thread, CancellationToken cancellationToken)
    {
        DatagramSocket.RefuseOthers(_socket, _endpoint);

        // From now on the kernel may drop nothing but the datagrams below.
        _drops.ReadLast();
        _isStopping = true;
        while (thread.IsAlive)
        {
            DatagramSocket.Wake(_socket);
            await Task.Delay(WakePause, TimeProvider.System, cancellationToken);
        }

        await _decoder.WaitAsync(cancellationToken);
    }

    private void Receive()
    {
        try
        {
            while (ReceiveOne())
            {
                // Everything is in the condition.
            }
        }
        catch (ObjectDisposedException)
        {
            // The stop did not wait.
        }
        finally
        {
            _waiting.Writer.Complete();
        }
    }

    // False at the end.
    private bool ReceiveOne()
    {
        var largest = _endpoint.Address is null ? LargestUnix : LargestUdp;
        var slab = SlabWithRoom(largest);
        var room = slab is null ? _spare.AsSpan(0, largest) : slab.Bytes.AsSpan(slab.Length, largest);
        int length;
        try
        {
            _from.Size = SocketAddress.GetMaximumAddressSize(_socket.AddressFamily);
            length = _socket.ReceiveFrom(room, SocketFlags.None, _from);
        }
        catch (SocketException exception)
        {
            // Any other error than that of a closed socket passes, such as one that the network reports.
            return exception.SocketErrorCode
                is not (SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket);
        }

        if (length == 0 && _isStopping)
            return false;
        Hand(slab, length);
        return true;
    }

    private DatagramSlab? SlabWithRoom(int largest)
    {
        if (_slab is { } slab && SlabSize - slab.Length >= largest)
            return slab;
        if (_slab is { } used)
            _slabs.Release(used);
        return _slab = _slabs.TryRent();
    }

    private void Hand(DatagramSlab? slab, int length)
    {
        var peer = _peers.Find(_from);
        if (!peer.IsAllowed)
        {
            _counters.CountDropped(DropReason.Denied);
            return;
        }

        if (slab is null)
        {
            _counters.CountDropped(DropReason.Full);
            return;
        }

        slab.Use();
        if (!_waiting.Writer.TryWrite(new Datagram(slab, slab.Length, length, peer, _clock.GetUtcNow())))
        {
            _slabs.Release(slab);
            _counters.CountDropped(DropReason.Full);
            return;
        }

        slab.Length += length;
    }

    private async Task DecodeAsync()
    {
        var output = new JsonOutput();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var datagram))
            {
                Decode(datagram, output);
                _slabs.Release(datagram.Slab);
            }
        }
    }

    private void Decode(in Datagram datagram, JsonOutput output)
    {
        var kept = Math.Min(datagram.Length, _options.MaxBytes);
        var bytes = datagram.Slab.Bytes.AsSpan(datagram.Start, kept);
        _intake.TakeOrDrop(new IncomingMessage(bytes, datagram.Length, datagram.Peer, datagram.ReceivedAt), output);
    }

    private readonly record struct Datagram(DatagramSlab Slab, int Start, int Length, Peer Peer, DateTimeOffset ReceivedAt);
}
