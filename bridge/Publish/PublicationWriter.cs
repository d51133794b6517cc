using System.Diagnostics.CodeAnalysis;

namespace Bridge.Publish;

/// <summary>Writes publications to one session's channel, one after the other, as far as its window is open.</summary>
/// <param name="messages">The channel.</param>
/// <param name="window">Bounds what is unanswered.</param>
/// <param name="limits">Refuses what the broker would close the channel for.</param>
/// <param name="givenUp">From then on nothing is written or awaited any more.</param>
/// <param name="failed">Told why the channel can no longer be written to.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class PublicationWriter(
    FrameWriter messages, ConfirmWindow window, MessageLimits limits, Task givenUp, Action<Exception> failed)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _waiting;

    /// <summary>Writes a publication when its turn has come. Never fails: what goes wrong is told to <paramref name="pending"/>.</summary>
    /// <param name="publication">Its bodies are not read any more when the call has completed.</param>
    /// <param name="pending">Takes refusals, and the failure.</param>
    /// <param name="cancellationToken">Ends it between two messages.</param>
    public async Task WriteAsync(IPublication publication, PendingPublication pending, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await InTurnAsync(() => WriteAllAsync(publication, pending, cancellationToken), cancellationToken);
        }
        catch (Exception exception)
        {
            pending.Fail(exception);
        }
        finally
        {
            // Whoever comes next has more to send with it.
            if (Interlocked.Decrement(ref _waiting) == 0)
                await InTurnAsync(FlushAsync, CancellationToken.None);
        }
    }

    private async Task InTurnAsync(Func<Task> write, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await write();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task WriteAllAsync(IPublication publication, PendingPublication pending, CancellationToken cancellationToken)
    {
        for (var index = 0; index < publication.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (publication.IsConfirmed(index))
            {
                pending.Confirm(index);
                continue;
            }

            var message = publication[index];
            if (limits.Refusal(index, message, messages.FrameBytes) is { } refusal)
                pending.Refuse(refusal);
            else
                await WriteOneAsync(pending, index, message, cancellationToken);
        }
    }

    private async ValueTask WriteOneAsync(PendingPublication pending, int index, OutgoingMessage message, CancellationToken cancellationToken)
    {
        while (!window.IsOpenFor(message.Body.Length, out var freed))
        {
            await FlushAsync();
            await freed.WaitAsync(cancellationToken);
        }

        window.Add(pending, index, message);
        try
        {
            var write = messages.WriteAsync(message);
            if (!write.IsCompletedSuccessfully)
                await AwaitOrGiveUpAsync(write.AsTask());
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }

    private async Task FlushAsync()
    {
        // Given up, a write may still be under way.
        if (givenUp.IsCompleted)
            return;
        try
        {
            var write = messages.FlushAsync();
            if (!write.IsCompletedSuccessfully)
                await AwaitOrGiveUpAsync(write.AsTask());
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }

    private async Task AwaitOrGiveUpAsync(Task write)
    {
        if (await Task.WhenAny(write, givenUp) == write)
        {
            await write;
            return;
        }

        // The call may never end (client issue 1930); should it fail later, nobody is left to be told.
        _ = write.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted);
    }
}
