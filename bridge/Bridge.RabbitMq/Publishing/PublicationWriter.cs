using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Topology;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Publishing;

/// <summary>Writes publications to one session's channel, one after the other, as far as its window is open.</summary>
/// <param name="channel">The confirm channel; nobody else publishes on it, so that the broker's numbers are the window's.</param>
/// <param name="frameBytes">The connection's largest frame.</param>
/// <param name="window">Bounds what is unanswered.</param>
/// <param name="limits">Refuses what the broker would close the channel for.</param>
/// <param name="givenUp">From then on nothing is written or awaited any more.</param>
/// <param name="failed">Told why the channel can no longer be written to.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class PublicationWriter(
    IChannel channel, uint frameBytes, ConfirmWindow window, MessageLimits limits, Task givenUp, Action<Exception> failed)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly MessageProperties _properties = new();

    /// <summary>Writes a publication when its turn has come. Never fails: what goes wrong is told to <paramref name="pending"/>.</summary>
    /// <param name="publication">Its bodies are not read any more when the call has completed.</param>
    /// <param name="pending">Takes refusals, and the failure.</param>
    /// <param name="cancellationToken">Ends it between two messages.</param>
    public async Task WriteAsync(IPublication publication, PendingPublication pending, CancellationToken cancellationToken)
    {
        try
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await WriteAllAsync(publication, pending, cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception exception)
        {
            pending.Fail(exception);
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
            if (limits.Refusal(index, message, frameBytes) is { } refusal)
            {
                pending.Refuse(refusal);
                continue;
            }

            while (!window.IsOpenFor(message.Body.Length, out var freed))
                await freed.WaitAsync(cancellationToken);
            // Nothing but the publish call may come after the window has counted the message: one that it counts alone would shift the numbers
            // of all that follow.
            var properties = _properties.From(message.Properties);
            window.Add(pending, index, message);
            var write = PublishAsync(message, properties);
            if (!write.IsCompletedSuccessfully)
                await AwaitOrGiveUpAsync(write.AsTask());
        }
    }

    // The library copies properties and body into memory of its own before its call waits, as it does while its queue of frames is full.
    // It is given no token: a cancelled message is not sent, but the window has counted it.
    private ValueTask PublishAsync(in OutgoingMessage message, BasicProperties properties) => channel.BasicPublishAsync(
        message.Exchange, message.RoutingKey, mandatory: true, properties, message.Body, CancellationToken.None);

    private async Task AwaitOrGiveUpAsync(Task write)
    {
        try
        {
            // With a broker that reads nothing the call never ends. Nobody need wait for it: the body is not read any more.
            await await Task.WhenAny(write, givenUp);
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }
}
