using System.Text;
using System.Text.Json;
using Bridge.Edge.Collecting;

namespace Edge.Tests.Support;

/// <summary>Keeps events in a list, and can be full.</summary>
internal sealed class ListCollector : IEventCollector
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _events = [];
    private TaskCompletionSource _room = Completed();
    private TaskCompletionSource _spooled = Completed();

    public int Count
    {
        get
        {
            lock (_gate)
                return _events.Count;
        }
    }

    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_gate)
                return [.. _events.Select(one => Encoding.UTF8.GetString(one))];
        }
    }

    public IReadOnlyList<JsonElement> Events => [.. Texts.Select(text => JsonDocument.Parse(text).RootElement)];

    /// <summary>The member <c>message</c> of each event; null for an event without one.</summary>
    public IReadOnlyList<string?> Messages =>
        [.. Events.Select(one => one.TryGetProperty("message", out var message) ? message.GetString() : null)];

    /// <summary>While true, nothing is taken.</summary>
    public bool IsFull
    {
        get => !_room.Task.IsCompleted;
        set => _room = Switch(_room, value);
    }

    /// <summary>While true, nothing that is taken reaches the disk.</summary>
    public bool IsSlow
    {
        get => !_spooled.Task.IsCompleted;
        set => _spooled = Switch(_spooled, value);
    }

    public bool TryAdd(ReadOnlySpan<byte> json)
    {
        if (IsFull)
            return false;
        Keep(json.ToArray());
        return true;
    }

    public async ValueTask AddAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var copy = json.ToArray();
        await _room.Task.WaitAsync(cancellationToken);
        Keep(copy);
    }

    public Task WaitUntilSpooledAsync(CancellationToken cancellationToken) => _spooled.Task.WaitAsync(cancellationToken);

    private void Keep(byte[] json)
    {
        lock (_gate)
            _events.Add(json);
    }

    private static TaskCompletionSource Switch(TaskCompletionSource now, bool isClosed)
    {
        if (isClosed)
            return new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        now.TrySetResult();
        return now;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
