using Bridge.Publish;

namespace Bridge.Tests.Publish;

public sealed class WriteTurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RecordedWrites _stream = new();
    private readonly WriteTurns _turns;

    public WriteTurnsTests() => _turns = new WriteTurns(_stream);

    [Fact]
    public async Task A_write_waits_for_the_end_of_the_one_before()
    {
        var open = new TaskCompletionSource();
        _stream.Open = open.Task;
        var first = _turns.WriteAsync("one"u8.ToArray()).AsTask();
        var second = _turns.WriteAsync("two"u8.ToArray()).AsTask();
        Assert.Single(_stream.Writes);

        open.SetResult();
        await Task.WhenAll(first, second).WaitAsync(Patience);

        Assert.Equal(2, _stream.Writes.Count);
    }

    [Fact]
    public async Task A_write_that_failed_or_was_cancelled_keeps_nobody_from_the_next()
    {
        using var cancel = new CancellationTokenSource();
        _stream.Open = Task.FromException(new IOException("lost"));
        await Assert.ThrowsAsync<IOException>(() => _turns.WriteAsync("one"u8.ToArray()).AsTask());
        _stream.Open = new TaskCompletionSource().Task;
        var cancelled = _turns.WriteAsync("two"u8.ToArray(), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));

        _stream.Open = Task.CompletedTask;
        await _turns.WriteAsync("three"u8.ToArray()).AsTask().WaitAsync(Patience);

        Assert.Equal(3, _stream.Writes.Count);
    }

    [Fact]
    public async Task What_is_written_while_the_turn_is_held_leaves_behind_it_in_order()
    {
        Task first, second;
        using (await _turns.HoldAsync(CancellationToken.None))
        {
            first = _turns.WriteAsync("one"u8.ToArray()).AsTask();
            second = _turns.WriteAsync("two"u8.ToArray()).AsTask();
            Assert.Empty(_stream.Writes);
        }

        await Task.WhenAll(first, second).WaitAsync(Patience);
        Assert.Equal(["one"u8.ToArray(), "two"u8.ToArray()], _stream.Writes);
    }
}
