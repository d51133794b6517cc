using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Bridge.Core.Running;
using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Bridge.Edge.Framing;
using Microsoft.AspNetCore.Connections;
using Telemetry.Events;

namespace Bridge.Edge.Listening;

/// <summary>
/// Speaks RELP: each message is answered with 200 when the spool has it on disk, in the order of arrival. One commit answers all
/// that arrived before it.
/// </summary>
internal sealed class RelpHandler(
    IntakeOptions options, ByteBudget budget, EventIntake intake, IntakeCounters counters, TimeProvider clock)
    : IConnectionHandler
{
    // Senders wait after 128 by default.
    private const int MostUnanswered = 1_024;

    private const string Hello = "200 OK\nrelp_version=0\nrelp_software=telemetry-bridge\ncommands=syslog";

    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(5);

    public async Task RunAsync(ConnectionContext connection, Peer peer, CancellationToken stop)
    {
        using var frames = new RelpFrames(options.MaxBytes, budget);
        using var idle = new IdleWatch(options.IdleTimeout, clock, stop);
        using var end = new CancellationTokenSource();
        var answers = Channel.CreateBounded<Answer>(
            new BoundedChannelOptions(MostUnanswered) { SingleReader = true, SingleWriter = true });
        var answering = AnswerAsync(connection.Transport.Output, answers.Reader, end.Token);
        var turn = new Turn(frames, peer, new JsonOutput(), answers.Writer, stop);
        try
        {
            await ReadAsync(connection.Transport.Input, turn, idle, answering);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The connection broke, was idle for too long, or the intake stops: what was not answered is sent again.
        }

        answers.Writer.Complete();
        end.CancelAfter(LastAnswers);
        await answering;
    }

    private static bool IsEnd(Exception exception) =>
        exception is IOException or ConnectionAbortedException or OperationCanceledException or ChannelClosedException;

    private async Task ReadAsync(PipeReader input, Turn turn, IdleWatch idle, Task answering)
    {
        var isOpen = true;
        while (isOpen && !answering.IsCompleted)
        {
            var read = await input.ReadAsync(idle.Token);
            foreach (var part in read.Buffer)
                isOpen = isOpen && await TakeAllAsync(part, turn);
            input.AdvanceTo(read.Buffer.End);
            isOpen = isOpen && !read.IsCompleted;
            idle.Restart();
        }

        if (turn.Frames.IsLost)
            counters.CountDropped(DropReason.Unreadable);
    }

    // False when the connection ends.
    private async ValueTask<bool> TakeAllAsync(ReadOnlyMemory<byte> bytes, Turn turn)
    {
        while (turn.Frames.TryRead(ref bytes, out var frame))
        {
            if (frame.Command is "syslog")
                await TakeAsync(frame.Data, turn);

            // What is taken is answered, also when the stop comes now.
            var answer = AnswerTo(frame);
            if (!turn.Answers.TryWrite(answer))
                await turn.Answers.WriteAsync(answer, turn.Stop);
            if (frame.Command is "close")
                return false;
        }

        return !turn.Frames.IsLost;
    }

    private ValueTask TakeAsync(in Frame data, Turn turn) => intake.TakeAsync(
        new IncomingMessage(data.Bytes.Span, data.FullLength, turn.Peer, clock.GetUtcNow()), turn.Output, turn.Stop);

    private static Answer AnswerTo(in RelpFrame frame) => frame.Command switch
    {
        "syslog" => new Answer(frame.Transaction, "200 OK", NeedsSpool: true),
        "open" => new Answer(frame.Transaction, Hello),
        "close" => new Answer(frame.Transaction, "", IsLast: true),
        _ => new Answer(frame.Transaction, "500 unknown command"),
    };

    private async Task AnswerAsync(PipeWriter output, ChannelReader<Answer> answers, CancellationToken end)
    {
        var ready = new List<Answer>();
        try
        {
            while (await answers.WaitToReadAsync(end))
            {
                while (ready.Count < MostUnanswered && answers.TryRead(out var answer))
                    ready.Add(answer);
                if (ready.Exists(answer => answer.NeedsSpool))
                    await intake.WaitUntilSpooledAsync(end);
                ready.ForEach(answer => Write(output, answer));
                ready.Clear();
                if ((await output.FlushAsync(end)).IsCompleted)
                    return;
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // Nobody is there to be answered, or the time of the stop is over.
        }
    }

    private static void Write(PipeWriter output, in Answer answer)
    {
        var data = answer.Text.Length > 0 ? $" {answer.Text}" : "";
        Encoding.ASCII.GetBytes($"{answer.Transaction:D} rsp {answer.Text.Length:D}{data}\n", output);
        if (answer.IsLast)
            Encoding.ASCII.GetBytes("0 serverclose 0\n", output);
    }

    private readonly record struct Answer(int Transaction, string Text, bool NeedsSpool = false, bool IsLast = false);

    private sealed record Turn(
        RelpFrames Frames, Peer Peer, JsonOutput Output, ChannelWriter<Answer> Answers, CancellationToken Stop);
}
