using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>Tries what a receiver needs, each operation so that it leaves the queue as it was.</summary>
internal sealed class SqsCheck(SqsTransport transport, SqsRequests requests)
{
    // No receipt handle: a caller who may use the operation is told so, any other is denied before it is looked at.
    private const string NoReceipt = "made-up-by-check";

    /// <summary>
    /// A finding an operation; it ends early when the queue is missing, out of reach, or does not know the caller.
    /// </summary>
    public async Task<IReadOnlyList<QueueFinding>> RunAsync(CancellationToken cancellationToken)
    {
        SqsCall[] calls =
        [
            requests.GetQueueAttributes(SqsSettings.Attributes),
            // Visible again at once; the message that it finds, if any, counts one more delivery.
            requests.ReceiveMessage(max: 1, leaseSeconds: 0, waitSeconds: 0),
            requests.ChangeMessageVisibility(NoReceipt, 0),
            requests.DeleteMessage(NoReceipt),
        ];
        var findings = new List<QueueFinding>(calls.Length);
        foreach (var call in calls)
        {
            var finding = await TryAsync(call, cancellationToken).ConfigureAwait(false);
            findings.Add(finding);
            if (finding.Error is { } error && !SqsCodes.IsAccessDenied(error.Failure.Code))
                break;
        }

        return findings;
    }

    private async Task<QueueFinding> TryAsync(SqsCall call, CancellationToken cancellationToken)
    {
        try
        {
            var warnings = await transport.CallAsync(
                call,
                answer => call.Operation == SqsOperation.GetQueueAttributes ? SqsSettings.Judge(SqsResponses.Attributes(answer)).ToList() : [],
                cancellationToken).ConfigureAwait(false);
            return new QueueFinding(call.Operation, null) { Warnings = warnings };
        }
        catch (QueueException e) when (!SqsCodes.IsLostLease(e.Failure.Code))
        {
            return new QueueFinding(call.Operation, e);
        }
        catch (QueueException)
        {
            // Allowed: only the receipt handle was refused.
        }

        return new QueueFinding(call.Operation, null);
    }
}
