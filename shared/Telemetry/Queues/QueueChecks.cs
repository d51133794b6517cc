namespace Telemetry.Queues;

/// <summary>Tries operations one after the other, for <see cref="IQueueReceiver.CheckAsync"/>.</summary>
internal static class QueueChecks
{
    /// <summary>A finding an operation; it ends early after a failure that the next operations would only meet again.</summary>
    /// <param name="operations">The cloud's names of the operations, and what tries each.</param>
    /// <param name="isAllowed">True for a failure that shows that the operation may be used: what was made up for it is refused alone.</param>
    /// <param name="isPermission">True for the lack of one permission, which says nothing of the others.</param>
    internal static async Task<IReadOnlyList<QueueFinding>> RunAsync(
        IReadOnlyList<(string Name, Func<Task> Try)> operations, Func<QueueFailure, bool> isAllowed, Func<QueueFailure, bool> isPermission)
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
