namespace Harness.Components;

/// <summary>The last lines a process wrote, and those who wait for one. Safe for use by several threads.</summary>
internal sealed class OutputLines(string? logFile) : IDisposable
{
    private const int Capacity = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<(Func<string, bool> Predicate, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly StreamWriter? _log = logFile is null ? null : new StreamWriter(logFile, append: true) { AutoFlush = true };
    private bool _ended;

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _log?.WriteLine(line);
            if (_lines.Count == Capacity)
                _lines.Dequeue();
            _lines.Enqueue(line);
            _waiting.RemoveAll(waiter => waiter.Predicate(line) && waiter.Found.TrySetResult(line));
        }
    }

    /// <summary>
    /// The first line, written already or to come, that the predicate takes; cancelled when the output ends before.
    /// </summary>
    public Task<string> FirstAsync(Func<string, bool> predicate)
    {
        lock (_lock)
        {
            if (_lines.FirstOrDefault(predicate) is { } line)
                return Task.FromResult(line);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_ended)
                found.SetCanceled();
            else
                _waiting.Add((predicate, found));
            return found.Task;
        }
    }

    /// <summary>No line follows: whoever still waits is cancelled.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _waiting.ForEach(waiter => waiter.Found.TrySetCanceled());
            _waiting.Clear();
            _log?.Dispose();
        }
    }
}
