using System.Text.Json;
using Amazon.Runtime;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// Carries calls to the queue's endpoint: signs, sends, and repeats what may succeed later. Safe for concurrent use.
/// </summary>
internal sealed class SqsTransport(QueueEndpoint queue, TimeProvider clock, ISqsCredentials credentials, HttpClient http)
{
    /// <summary>Beyond the wait that was asked for; enough for 1 MiB over a slow line.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>The service takes signatures up to five minutes old.</summary>
    private static readonly TimeSpan TolerableSkew = TimeSpan.FromMinutes(4);

    private readonly SqsSigner _signer = new(queue.Url, SqsRegion.Of(queue.Url.Host, Environment.GetEnvironmentVariable));

    // Server time minus ours, in ticks: learnt from a refusal, and used from then on.
    private long _skew;
    private bool _hadCredentials;

    /// <summary>The failures of this queue.</summary>
    public SqsFailures Failures { get; } = new(queue);

    /// <summary>Calls with attempts of its own.</summary>
    public Task<T> CallAsync<T>(SqsCall call, Func<SqsAnswer, T> read, CancellationToken cancellationToken) =>
        CallAsync(call, read, new SqsRetry(clock), cancellationToken);

    /// <summary>Calls until the service accepts, refuses for good, or the attempts are spent.</summary>
    /// <exception cref="QueueException">Refused, unreadable, or no answer.</exception>
    public async Task<T> CallAsync<T>(SqsCall call, Func<SqsAnswer, T> read, SqsRetry retry, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return Read(call, read, await AttemptAsync(call, cancellationToken).ConfigureAwait(false));
            }
            catch (QueueException e) when (e.Failure.IsTransient && !retry.IsSpent)
            {
                await retry.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private T Read<T>(SqsCall call, Func<SqsAnswer, T> read, SqsAnswer answer)
    {
        try
        {
            return read(answer);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            // The exception is left behind: it may quote the document.
            throw new QueueException(Failures.Unusable(call.Operation, "the answer is not SQS's: does a proxy stand between?"));
        }
    }

    /// <summary>One attempt, repeated at once where this side's credentials or clock were stale, once for each.</summary>
    private async Task<SqsAnswer> AttemptAsync(SqsCall call, CancellationToken cancellationToken)
    {
        var mayForget = true;
        var maySetClock = true;
        while (true)
        {
            var signer = await GetCredentialsAsync(call, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            var sending = SendAsync(call, signer, call.TakesItsTime ? CancellationToken.None : cancellationToken);
            var (answer, failure, serverTime) = await sending.ConfigureAwait(false);
            if (failure is null)
                return answer;

            if (mayForget && SqsCodes.IsExpiredToken(failure.Code))
            {
                mayForget = false;
                credentials.Forget();
            }
            else if (maySetClock && SqsCodes.MayBeSkew(failure.Code) && IsSkewed(serverTime))
            {
                maySetClock = false;
                Interlocked.Exchange(ref _skew, (serverTime!.Value - clock.GetUtcNow()).Ticks);
            }
            else
            {
                throw new QueueException(failure);
            }
        }
    }

    private bool IsSkewed(DateTimeOffset? serverTime) =>
        serverTime is { } time && (time - Now).Duration() > TolerableSkew;

    private DateTimeOffset Now => clock.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _skew));

    private async ValueTask<ImmutableCredentials> GetCredentialsAsync(SqsCall call, CancellationToken cancellationToken)
    {
        try
        {
            var found = await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
            _hadCredentials = true;
            return found;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new QueueException(Failures.WithoutCredentials(call.Operation, e, _hadCredentials));
        }
    }

    private async Task<(SqsAnswer Answer, QueueFailure? Failure, DateTimeOffset? ServerTime)> SendAsync(
        SqsCall call,
        ImmutableCredentials signer,
        CancellationToken cancellationToken)
    {
        using var request = _signer.Sign(call, signer, Now);
        var limit = AnswerLimit + call.Wait;
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var sentAt = clock.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(response.Content, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? (new SqsAnswer(body, sentAt), null, null)
                : (default, Failures.Refused(call.Operation, response, body), response.Headers.Date);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
        {
            throw new QueueException(Failures.Unanswered(call.Operation, e, limit));
        }
    }

    // Straight into the array that the messages' texts stay in: buffered by the client it would be copied twice.
    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength is not { } length || length > http.MaxResponseContentBufferSize)
        {
            await content.LoadIntoBufferAsync(http.MaxResponseContentBufferSize, cancellationToken).ConfigureAwait(false);
            return await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }

        var body = GC.AllocateUninitializedArray<byte>((int)length);
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
            return body;
        }
        catch (IOException e)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, message: null, e);
        }
    }
}
