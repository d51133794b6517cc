using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.DeadLetters;

namespace Bridge.Tools.Audit;

/// <summary>Runs one audit: reads events, reads the dead letters that explain gaps, and reports.</summary>
/// <param name="request">The options.</param>
/// <param name="connect">Returns the broker; called only when the audit needs one.</param>
/// <param name="clock">Measures the window.</param>
internal sealed class AuditRun(AuditRequest request, Func<BrokerConnector> connect, TimeProvider clock)
{
    private readonly EventAudit _audit = new(request.FromZero);
    private Stream? _export;
    private long _unreadableLines;
    private long _unreadMessages;

    /// <summary>Runs the audit.</summary>
    /// <returns>True when nothing is missing.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var export = _export = request.Export is { } file ? new BufferedStream(File.Create(file)) : null;
        if (request.Queue is { } queue)
            return await ReadQueueAsync(queue, cancellationToken);
        if (request.Window is { } window)
            await ListenAsync(window, cancellationToken);
        else
            await ReadFileAsync(request.File!, cancellationToken);

        // A signal ends only the listening; the report is still written.
        return await ReportAsync(request.Window is null ? cancellationToken : CancellationToken.None);
    }

    private async Task<bool> ReadQueueAsync(string queue, CancellationToken cancellationToken)
    {
        await using var reading = await QueueReading.OpenAsync(connect(), queue, clock, cancellationToken);
        var read = await reading.ReadAsync(Take, request.MaxBytes, cancellationToken);
        _unreadMessages = reading.IsFull ? reading.Count - read : 0;
        if (read < reading.Count && !reading.IsFull)
            Console.Error.WriteLine($"read {read} of {reading.Count} messages: another consumer of {queue} took the rest");
        var isComplete = await ReportAsync(cancellationToken);
        if (request.Consume)
        {
            // The export must contain every message before the queue loses it.
            if (_export is not null)
                await _export.FlushAsync(cancellationToken);
            await reading.RemoveAsync(cancellationToken);
        }

        return isComplete;
    }

    private async Task ListenAsync(TimeSpan window, CancellationToken stop)
    {
        await using var queue = await ListeningQueue.OpenAsync(connect(), request.Bindings, stop);
        Console.Error.WriteLine(
            $"listening: {request.WarmUp} to find where the senders are, then {window}; Ctrl-C ends it and reports");
        if (request.WarmUp > TimeSpan.Zero)
        {
            await ForAsync(request.WarmUp, token => queue.ReadAsync(seen => _audit.Add(seen), static () => false, token), stop);
            _audit.BeginWindow();
        }

        await ForAsync(window, token => queue.ReadAsync(Take, static () => false, token), stop);
        _audit.EndWindow();
        if (!_audit.HasMissing || stop.IsCancellationRequested)
            return;
        Console.Error.WriteLine($"something is missing: waiting up to {request.Wait} for it");
        await ForAsync(request.Wait, token => queue.ReadAsync(Take, () => !_audit.HasMissing, token), stop);
    }

    private async Task ForAsync(TimeSpan time, Func<CancellationToken, Task> listen, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        await listen(either.Token);
    }

    private async Task ReadFileAsync(string file, CancellationToken cancellationToken)
    {
        await using var input = InputFile.Open(file);
        await new JsonLines(SeenEventLines.MaxLength).ReadAsync(
            input,
            line =>
            {
                Take(SeenEventLines.Read(line));
                return ValueTask.CompletedTask;
            },
            (number, problem) =>
            {
                _unreadableLines++;
                Console.Error.WriteLine($"error: line {number}: {problem}");
            },
            cancellationToken);
    }

    private void Take(SeenEvent seen)
    {
        if (_audit.Add(seen) && _export is not null)
            SeenEventLines.Write(seen, _export);
    }

    private async Task<bool> ReportAsync(CancellationToken cancellationToken)
    {
        if (request.Dead)
        {
            await using var letters = await DeadLetterQueue.OpenAsync(connect(), clock, cancellationToken);
            await foreach (var letter in letters.ReadAsync(cancellationToken))
                _audit.AddDead(letter);
        }

        var report = _audit.ToReport() with { Unread = _unreadMessages };
        if (request.Json)
        {
            await using var output = Console.OpenStandardOutput();
            AuditJson.Write(report, output);
        }
        else
        {
            AuditText.Write(report, Console.Out);
        }

        foreach (var problem in report.Problems)
            Console.Error.WriteLine($"error: {problem}");
        return report.Problems.Count == 0 && _unreadableLines == 0;
    }
}
