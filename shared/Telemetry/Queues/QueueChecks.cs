namespace Telemetry.Queues;

/// <summary>Tries operations one after the other, for <see cref="IQueueReceiver.CheckAsync"/>.</summary>
internal static class QueueChecks
{
    /// <summary>
    /// Returns one finding for each operation. It ends after a failure that the other operations would have too.
    /// </summary>
    /// <param name="operations">The cloud's names of the operations, and what tries each.</param>
    /// <param name="isAllowed">True for a failure that shows that the operation may be used: what was made up for it is refused
    /// alone.</param>
    /// <param name="isPermission">True for the lack of one permission, which says nothing of the others.</param>
    internal static async Task<IReadOnlyList<QueueFinding>> RunAsync(
        IReadOnlyList<(string Name, Func<Task> Try)> operations,
        Func<QueueFailure, bool> isAllowed,
        Func<QueueFailure, bool> isPermission)
    {
        var findings = new List<QueueFinding>(operations.Count);
        foreach (var (name, attempt) in operations)
        {
            QueueException? error = null;
            try
            {
                await attempt().ConfigureAwait(false);
            }
            catch (QueueException e) when (!isAllowed(e.Failure))
            {
                error = e;
            }
            catch (QueueException)
            {
                // Allowed.
            }

            findings.Add(new QueueFinding(name, error));
            if (error is not null && !isPermission(error.Failure))
                break;
        }

        return findings;
    }
}

/// <summary>The result of checking one operation.</summary>
/// <param name="Operation">The cloud's own name of the operation.</param>
/// <param name="Error">Null when it works; else the failure in one line, with the remedy.</param>
public sealed record QueueFinding(string Operation, QueueException? Error)
{
    /// <summary>Settings that work but are unsuitable, one line each with the remedy.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
