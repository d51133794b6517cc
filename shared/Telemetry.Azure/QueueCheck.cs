using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Tries what receiving needs, on a message that cannot exist wherever a real one would be touched.</summary>
internal static class QueueCheck
{
    private const string NoMessage = "00000000-0000-0000-0000-000000000000";
    private const string NoReceipt = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    public static async Task<IReadOnlyList<QueueFinding>> RunAsync(QueueService service, CancellationToken cancellationToken)
    {
        QueueRequest[] requests =
        [
            QueueRequest.GetQueueMetadata(),
            QueueRequest.PeekMessages(),
            QueueRequest.UpdateMessage(NoMessage, NoReceipt, TimeSpan.FromSeconds(1)),
            QueueRequest.DeleteMessage(NoMessage, NoReceipt),
        ];

        var findings = new List<QueueFinding>(requests.Length);
        foreach (var request in requests)
        {
            var error = await TryAsync(service, request, cancellationToken).ConfigureAwait(false);
            findings.Add(new QueueFinding(request.Operation, error));
            if (error is not null && !IsPermission(error))
                break;
        }

        return findings;
    }

    private static async Task<QueueException?> TryAsync(
        QueueService service, QueueRequest request, CancellationToken cancellationToken)
    {
        try
        {
            (await service.SendAsync(request, cancellationToken).ConfigureAwait(false)).Dispose();
            return null;
        }
        catch (QueueException error)
        {
            return IsAboutTheMessage(request, error) ? null : error;
        }
    }

    // The service authorises before it looks for the message, so this answer means: allowed.
    private static bool IsAboutTheMessage(QueueRequest request, QueueException error) =>
        request.Path.EndsWith(NoMessage, StringComparison.Ordinal)
        && error.Failure is { Status: 400 } or { Status: 404, Code: "MessageNotFound" };

    // One missing permission says nothing of the others; anything else would only fail again.
    private static bool IsPermission(QueueException error) =>
        error.Failure is { Status: 403, Code: not "AuthenticationFailed" };
}
