using Amazon.Runtime;
using Telemetry.Aws;

namespace Telemetry.Tests.Aws;

/// <summary>Credentials whose secret the test knows; forgetting them brings the next session.</summary>
internal sealed class KnownCredentials(bool withToken = false) : ISqsCredentials
{
    public const string Key = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private int _session = 1;

    /// <summary>The token of the session that counts from 1.</summary>
    public static string TokenOf(int session) => $"session-token-{session}";

    public ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken) =>
        new(new ImmutableCredentials(Key, Secret, withToken ? TokenOf(_session) : null));

    public void Forget() => _session++;
}
