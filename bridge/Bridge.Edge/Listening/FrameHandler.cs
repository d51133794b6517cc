using System.Buffers;
using System.IO.Pipelines;
using Bridge.Edge.Collecting;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Bridge.Edge.Framing;
using Microsoft.AspNetCore.Connections;
using Telemetry.Events;

namespace Bridge.Edge.Listening;

/// <summary>
/// Reads the frames of a stream and hands them to the intake. While the spool is full nothing more is read, so that the sender
/// waits.
/// </summary>
internal sealed class FrameHandler(
    Func<IFrameReader> openFrames, EventIntake intake, IntakeCounters counters, TimeSpan idleTimeout, TimeProvider clock)
    : IConnectionHandler
{
    public async Task RunAsync(ConnectionContext connection, Peer peer, CancellationToken stop)
    {
        using var frames = openFrames();
        using var idle = new IdleWatch(idleTimeout, clock, stop);
        var turn = new Turn(frames, peer, new JsonOutput(), stop);
        try
        {
            await ReadAsync(connection.Transport.Input, turn, idle);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The connection broke, was idle for too long, or the intake stops.
        }

        await EndAsync(connection.Transport.Input, turn);
    }

    // Of an intake that stops, what has no end yet is still on its way.
    private async Task EndAsync(PipeReader input, Turn turn)
    {
        try
        {
            if (turn.Stop.IsCancellationRequested)
                await TakeRestAsync(input, turn);
            else if (turn.Frames.TryEnd(out var last))
                await TakeAsync(last, turn);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The spool is full, or the connection broke.
        }
    }

    // What was read from the socket before the stop.
    private async Task TakeRestAsync(PipeReader input, Turn turn)
    {
        if (!input.TryRead(out var read))
            return;
        foreach (var part in read.Buffer)
            await TakeAllAsync(part, turn);
        input.AdvanceTo(read.Buffer.End);
    }

    private static bool IsEnd(Exception exception) =>
        exception is IOException or ConnectionAbortedException or OperationCanceledException or InvalidOperationException;

    private async Task ReadAsync(PipeReader input, Turn turn, IdleWatch idle)
    {
        while (true)
        {
            var read = await input.ReadAsync(idle.Token);
            foreach (var part in read.Buffer)
                await TakeAllAsync(part, turn);
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || turn.Frames.IsLost)
                break;
            idle.Restart();
        }

        if (turn.Frames.IsLost)
            counters.CountDropped(DropReason.Unreadable);
    }

    private async ValueTask TakeAllAsync(ReadOnlyMemory<byte> bytes, Turn turn)
    {
        while (turn.Frames.TryRead(ref bytes, out var frame))
            await TakeAsync(frame, turn);
    }

    private ValueTask TakeAsync(in Frame frame, Turn turn)
    {

        // It is taken as a text all the same: the frame that should have been there is what is missing.
        if (frame.IsOutOfStep)
            counters.CountDropped(DropReason.Unreadable);
        var message = new IncomingMessage(frame.Bytes.Span, frame.FullLength, turn.Peer, clock.GetUtcNow());
        return intake.TakeAsync(message, turn.Output, turn.Stop);
    }

    private sealed record Turn(IFrameReader Frames, Peer Peer, JsonOutput Output, CancellationToken Stop);
}
