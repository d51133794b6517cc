using System.Net;
using System.Text;
using Harness.Components;

namespace Harness.Faults;

/// <summary>
/// Stands in front of a queue emulator, counts the calls, and answers a share of them with 500, 503 or throttling: half of these
/// after the call was carried out, as a service does whose answer is lost.
/// </summary>
internal sealed class QueueProxy : IAsyncDisposable
{
    private static readonly string[] NotCopied =
        ["Host", "Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Date", "Server"];

    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = Loopback.NewHttpClient();
    private readonly Uri _target;
    private readonly bool _isAzure;
    private readonly Random _random;
    private readonly Task _accepting;

    /// <param name="target">The emulator.</param>
    /// <param name="isAzure">Whose words the troubles are told in; false for SQS.</param>
    /// <param name="seed">Of the troubles.</param>
    public QueueProxy(Uri target, bool isAzure, int seed)
    {
        (_target, _isAzure, _random) = (target, isAzure, new Random(seed));
        Port = FreePort.Next();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Share of the calls that get trouble, 0 to 1.</summary>
    public double Share { get; set; }

    /// <summary>Every call is refused with 403, as when a right was taken away: nobody tries the same call again.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Calls that got trouble.</summary>
    public int Troubles { get; private set; }

    /// <summary>Called for every call that was carried out, with the bodies of the request and of the answer.</summary>
    public Action<byte[], byte[]>? Carried { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _accepting;
        _http.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var trouble = Next();
            if (trouble is { IsCarriedOut: false })
            {
                await TellAsync(context, trouble);
                return;
            }

            var request = await BodyAsync(context.Request);
            using var answer = await ForwardAsync(context.Request, request);
            Carried?.Invoke(request, await answer.Content.ReadAsByteArrayAsync());
            if (trouble is not null)
                await TellAsync(context, trouble);
            else
                await CopyAsync(answer, context.Response);
        }
        catch (Exception error) when (
            error is HttpRequestException or HttpListenerException or ObjectDisposedException or IOException)
        {
            // The bridge has gone, or the emulator has: the bridge sees a broken connection.
            context.Response.Abort();
        }
    }

    private Trouble? Next()
    {
        lock (_random)
        {
            if (!IsClosed && _random.NextDouble() >= Share)
                return null;
            Troubles++;
            if (IsClosed)
                return new Trouble(403, _isAzure ? "AuthorizationFailure" : "AccessDenied", IsCarriedOut: false);
            return _random.Next(4) switch
            {
                0 => new Trouble(500, _isAzure ? "InternalError" : "InternalFailure", IsCarriedOut: false),
                1 => new Trouble(_isAzure ? 503 : 400, _isAzure ? "ServerBusy" : "RequestThrottled", IsCarriedOut: false),
                2 => new Trouble(503, _isAzure ? "ServerBusy" : "ServiceUnavailable", IsCarriedOut: true),
                _ => new Trouble(500, _isAzure ? "OperationTimedOut" : "InternalFailure", IsCarriedOut: true),
            };
        }
    }

    private static async Task<byte[]> BodyAsync(HttpListenerRequest request)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        return body.ToArray();
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpListenerRequest request, byte[] body)
    {
        using var forwarded = new HttpRequestMessage(new HttpMethod(request.HttpMethod), new Uri(_target, request.RawUrl));
        if (request.HasEntityBody)
            forwarded.Content = new ByteArrayContent(body);

        foreach (var name in request.Headers.AllKeys.OfType<string>().Where(name => IsCopied(name) || name == "Date"))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, request.Headers[name]))
                forwarded.Content?.Headers.TryAddWithoutValidation(name, request.Headers[name]);
        }

        return await _http.SendAsync(forwarded);
    }

    private static async Task CopyAsync(HttpResponseMessage answer, HttpListenerResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => IsCopied(header.Key)))
            response.Headers[name] = string.Join(", ", values);
        await SendAsync(response, await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task TellAsync(HttpListenerContext context, Trouble trouble)
    {
        // Not read, the rest of the request would be taken for the next one.
        await context.Request.InputStream.CopyToAsync(Stream.Null);
        context.Response.StatusCode = trouble.Status;
        if (_isAzure)
            context.Response.Headers["x-ms-error-code"] = trouble.Code;
        await SendAsync(context.Response, Encoding.UTF8.GetBytes(_isAzure
            ? $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{trouble.Code}</Code><Message>a fault</Message></Error>"
            : $$"""{"__type":"com.amazonaws.sqs#{{trouble.Code}}","message":"a fault"}"""));
    }

    private static async Task SendAsync(HttpListenerResponse response, byte[] body)
    {
        response.ContentLength64 = body.Length;
        if (body.Length > 0)
            await response.OutputStream.WriteAsync(body);
        response.Close();
    }

    private static bool IsCopied(string header) => !NotCopied.Contains(header, StringComparer.OrdinalIgnoreCase);

    private sealed record Trouble(int Status, string Code, bool IsCarriedOut);
}
