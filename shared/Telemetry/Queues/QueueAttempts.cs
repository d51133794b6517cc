using System.Security.Authentication;

namespace Telemetry.Queues;

/// <summary>
/// Notes when each attempt at a <see cref="QueueCall"/> begins, and ends it when its time is over. The answer is read to its end
/// within that time, since the clients of the clouds would wait for the rest of it without a limit.
/// </summary>
internal sealed class QueueAttempts(TimeProvider clock, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // Ten messages of 1 MiB with every byte escaped stay below it.
    private const long LargestAnswer = 80 * 1024 * 1024;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = QueueCall.Current ?? throw new InvalidOperationException("a request outside of a QueueCall");
        using var deadline = new CancellationTokenSource(call.Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        call.LastAttempt = clock.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, either.Token).ConfigureAwait(false);
            return response;
        }
        catch (Exception error)
        {
            response?.Dispose();
            // Without the causes that .NET adds, it is clear to the clients that the time was over; they try again.
            if (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException();
            // The clients repeat every HttpRequestException; a certificate that is not trusted stays so.
            if (error.InnerException is AuthenticationException untrusted)
                throw untrusted;
            throw;
        }
    }
}
