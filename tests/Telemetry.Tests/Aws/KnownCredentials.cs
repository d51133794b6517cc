using Amazon.Runtime;

namespace Telemetry.Tests.Aws;

/// <summary>Credentials that the tests know.</summary>
internal static class KnownCredentials
{
    public const string Key = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// <summary>The token of the session that counts from 1.</summary>
    public static string TokenOf(int session) => $"session-token-{session}";

    /// <summary>Of the first session, or without one.</summary>
    public static AWSCredentials New(bool withToken = false) =>
        withToken ? new SessionAWSCredentials(Key, Secret, TokenOf(1)) : new BasicAWSCredentials(Key, Secret);
}
