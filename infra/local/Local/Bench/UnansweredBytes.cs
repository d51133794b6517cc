using System.Diagnostics.CodeAnalysis;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>Bytes that await their confirm on one channel: a ring by sequence number that keeps a writer within bounds.</summary>
internal sealed class UnansweredBytes
{
    private const int Slots = 1 << 14;
    private const long MostBytes = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly int[] _bytes = new int[Slots];
    private ulong _next = 1;
    private ulong _oldest = 1;
    private long _sum;
    private TaskCompletionSource? _freed;

    public UnansweredBytes(IChannel channel)
    {
        channel.BasicAcksAsync += (_, ack) =>
        {
            Settle(ack.DeliveryTag, ack.Multiple);
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, nack) => throw new InvalidOperationException($"the broker nacked {nack.DeliveryTag}");
        channel.BasicReturnAsync += (_, returned) =>
            throw new InvalidOperationException($"the broker returned a message: {returned.ReplyText}");
    }

    /// <summary>Counts the next message; completes when it may be written.</summary>
    public async ValueTask AddAsync(int bytes)
    {
        while (!TryAdd(bytes, out var freed))
            await freed;
    }

    /// <summary>Completes when every message is confirmed.</summary>
    public async Task WaitUntilEmptyAsync()
    {
        while (!IsEmpty(out var freed))
            await freed;
    }

    private bool TryAdd(int bytes, [NotNullWhen(false)] out Task? freed)
    {
        lock (_gate)
        {
            freed = null;
            if (_oldest != _next && (_next - _oldest == Slots || _sum + bytes > MostBytes))
            {
                freed = Freed();
                return false;
            }

            _bytes[_next++ % Slots] = bytes;
            _sum += bytes;
            return true;
        }
    }

    private bool IsEmpty([NotNullWhen(false)] out Task? freed)
    {
        lock (_gate)
        {
            freed = _oldest == _next ? null : Freed();
            return freed is null;
        }
    }

    private Task Freed() => (_freed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Settle(ulong sequence, bool multiple)
    {
        lock (_gate)
        {
            for (var current = multiple ? _oldest : sequence; current <= sequence; current++)
            {
                _sum -= _bytes[current % Slots];
                _bytes[current % Slots] = 0;
            }

            while (_oldest < _next && _bytes[_oldest % Slots] == 0)
                _oldest++;
            // Half the window free, or all of it: the writer then writes a run.
            if (_oldest == _next || (_next - _oldest < Slots / 2 && _sum < MostBytes / 2))
                Free();
        }
    }

    private void Free()
    {
        _freed?.SetResult();
        _freed = null;
    }
}
