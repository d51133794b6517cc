using Telemetry.Azure;

namespace Telemetry.Tests.Azure;

public sealed class StorageConnectionStringTests
{
    private const string Secret = "c2VjcmV0";

    [Fact]
    public void An_account_key_is_read_from_the_string_that_the_portal_shows()
    {
        var connection = Parse($"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={Secret};EndpointSuffix=core.windows.net");

        Assert.Equal("acct", connection.AccountName);
        Assert.Equal("secret"u8.ToArray(), connection.Key);
        Assert.Null(connection.SharedAccessSignature);
    }

    [Fact]
    public void Names_are_read_in_any_case_with_spaces_around_and_a_semicolon_at_the_end()
    {
        var connection = Parse($" accountname=acct ; ACCOUNTKEY={Secret} ; BlobEndpoint=https://acct.blob.core.windows.net;");

        Assert.Equal("acct", connection.AccountName);
    }

    [Fact]
    public void A_shared_access_signature_is_read_without_its_question_mark()
    {
        var connection = Parse("QueueEndpoint=https://acct.queue.core.windows.net;SharedAccessSignature=?sv=2021-12-02&sp=raup&sig=abc%3D");

        Assert.Equal("sv=2021-12-02&sp=raup&sig=abc%3D", connection.SharedAccessSignature);
        Assert.Null(connection.Key);
    }

    [Fact]
    public void Development_storage_is_the_emulators_account()
    {
        var connection = Parse("UseDevelopmentStorage=true");

        Assert.Equal("devstoreaccount1", connection.AccountName);
        Assert.Equal(64, connection.Key!.Length);
    }

    [Theory]
    [InlineData("", "neither AccountName and AccountKey nor SharedAccessSignature")]
    [InlineData(Secret, "part 1 of the storage connection string is no new name=value pair")]
    [InlineData($"AccountName=acct;{Secret}", "part 2 of")]
    [InlineData($"AccountName=acct;AccountName=acct;AccountKey={Secret}", "part 2 of")]
    [InlineData($"AccountKey={Secret}", "no AccountName")]
    [InlineData($"AccountName=;AccountKey={Secret}", "no AccountName")]
    [InlineData("AccountName=acct;AccountKey=", "no Base64")]
    [InlineData($"AccountName=acct;AccountKey={Secret}!", "of account 'acct'")]
    [InlineData("AccountName=acct;UseDevelopmentStorage=false", "neither")]
    [InlineData($"SharedAccessSignature=sv={Secret}", "no sig=")]
    [InlineData($"DefaultEndpointsProtocol=ftp;AccountName=acct;AccountKey={Secret}", "must be http or https")]
    [InlineData($"QueueEndpoint={Secret};AccountName=acct;AccountKey={Secret}", "QueueEndpoint")]
    public void A_wrong_string_is_refused_with_the_reason_and_never_shown(string text, string reason)
    {
        Assert.False(StorageConnectionString.TryParse(text, out var connection, out var error));
        Assert.Null(connection);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
    }

    private static StorageConnectionString Parse(string text)
    {
        Assert.True(StorageConnectionString.TryParse(text, out var connection, out var error), error);
        return connection;
    }
}
