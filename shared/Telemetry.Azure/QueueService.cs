using Azure.Core;
using Azure.Core.Pipeline;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Carries requests to one queue and turns whatever goes wrong into a <see cref="QueueException"/>.</summary>
/// <param name="endpoint">The queue.</param>
/// <param name="connect">Builds the pipeline, or says why it cannot; called once, before the first request.</param>
internal sealed class QueueService(QueueEndpoint endpoint, Func<(HttpPipeline? Pipeline, string? Error)> connect)
{
    private const string ServiceVersion = "2021-12-02";

    private readonly Lazy<(HttpPipeline? Pipeline, string? Error)> _connection = new(connect);

    /// <summary>The words for failures of this queue.</summary>
    public QueueFailures Failures { get; } = new(endpoint);

    /// <summary>Sends, with retries. The caller disposes of the answer, which is a success and read to its end.</summary>
    /// <exception cref="QueueException">Refused, or not answered.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<HttpMessage> SendAsync(QueueRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_connection.Value.Pipeline is not { } pipeline)
            throw Failures.Misconfigured(request, _connection.Value.Error);

        var message = CreateMessage(pipeline, request);
        var succeeded = false;
        try
        {
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
            succeeded = message.Response.Status is >= 200 and < 300;
            return succeeded ? message : throw Failures.Refused(request, message.Response);
        }
        catch (Exception error) when (error is not QueueException)
        {
            // A cancelled call may surface as any of its tries' errors.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failures.Unanswered(request, error);
        }
        finally
        {
            if (!succeeded)
                message.Dispose();
        }
    }

    private HttpMessage CreateMessage(HttpPipeline pipeline, QueueRequest request)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = request.Method;
        message.Request.Uri.Reset(endpoint.Url);
        message.Request.Uri.AppendPath(request.Path, escape: false);
        message.Request.Uri.Query = request.Query;
        message.Request.Headers.Add("x-ms-version", ServiceVersion);
        if (request.Content is not null)
        {
            message.Request.Content = request.Content;
            message.Request.Headers.Add(HttpHeader.Names.ContentType, "application/xml");
        }

        return message;
    }
}
