using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Builds the pipeline of one queue: retries around, then authorisation and the lease clock anew at each try.</summary>
internal static class QueuePipeline
{
    private const string TokenScope = "https://storage.azure.com/.default";

    /// <summary>Longest that one try waits for its answer.</summary>
    public static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(30);

    private static readonly Lazy<HttpPipelineTransport> Transport = new(() => new HttpClientTransport(QueueHttp.NewClient()));

    // One for all queues of the process, because it caches its tokens.
    private static readonly Lazy<TokenCredential> ProcessIdentity =
        new(() => new DefaultAzureCredential(new DefaultAzureCredentialOptions { Transport = Transport.Value }));

    /// <summary>The pipeline, or what is wrong with the endpoint and what to do.</summary>
    public static (HttpPipeline? Pipeline, string? Error) TryBuild(
        QueueEndpoint endpoint, TimeProvider clock, TokenCredential? credential, HttpPipelineTransport? transport)
    {
        var (authorisation, error) = Authorise(endpoint, clock, credential);
        if (authorisation is null)
            return (null, error);

        var options = new QueueClientOptions { Transport = transport ?? Transport.Value };
        return (HttpPipelineBuilder.Build(options, authorisation, new LeaseClockPolicy(clock)), null);
    }

    private static (HttpPipelinePolicy? Policy, string? Error) Authorise(
        QueueEndpoint endpoint, TimeProvider clock, TokenCredential? credential)
    {
        if (endpoint.Connection is not null)
        {
            if (!StorageConnectionString.TryParse(endpoint.Connection, out var connection, out var error))
                return (null, error);
            return (connection.Key is { } key
                ? new SharedKeyPolicy(new SharedKeySignature(connection.AccountName!, key), clock)
                : new SharedAccessSignaturePolicy(connection.SharedAccessSignature!), null);
        }

        if (!string.Equals(endpoint.Url.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
            return (null, "an identity's token travels over https only: give an https address or a storage connection string");
        return (new BearerTokenAuthenticationPolicy(credential ?? ProcessIdentity.Value, TokenScope), null);
    }

    private sealed class QueueClientOptions : ClientOptions
    {
        public QueueClientOptions()
        {
            Retry.Mode = RetryMode.Exponential;
            Retry.MaxRetries = 4;
            Retry.Delay = TimeSpan.FromMilliseconds(250);
            Retry.MaxDelay = TimeSpan.FromSeconds(8);
            Retry.NetworkTimeout = TryTimeout;
            Diagnostics.ApplicationId = "telemetry-queue";
            Diagnostics.IsLoggingContentEnabled = false;
            // Sending telemetry must not give birth to telemetry.
            Diagnostics.IsDistributedTracingEnabled = false;
        }
    }
}
