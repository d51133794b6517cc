using System.Text;
using Amazon.Runtime;
using Telemetry.Aws;

namespace Telemetry.Tests.Aws;

/// <summary>
/// The POST requests to "/" of AWS's Signature Version 4 test suite (aws-sig-v4-test-suite, published with the General Reference,
/// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html): the only form that SQS's JSON protocol has.
/// </summary>
public sealed class SqsSignerVectors
{
    private const string Host = "host:example.amazonaws.com";
    private const string Date = "x-amz-date:20150830T123600Z";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi"
        + "/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPk"
        + "UL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    [Theory]
    [InlineData("post-vanilla", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", Host, Date)]
    [InlineData("post-header-key-sort", "", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c", Host, "my-header1:value1", Date)]
    [InlineData("post-header-value-case", "", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d", Host, "my-header1:VALUE1", Date)]
    [InlineData("post-sts-header-before", "", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead", Host, Date, "x-amz-security-token:" + Token)]
    [InlineData("post-x-www-form-urlencoded", "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", "content-type:" + Form, Host, Date)]
    [InlineData("post-x-www-form-urlencoded-parameters", "Param1=value1", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe", "content-type:" + Form + "; charset=utf8", Host, Date)]
    public void A_request_of_the_test_suite_gets_the_published_signature(string name, string body, string signature, params string[] headers)
    {
        var pairs = headers.Select(header => (Name: header[..header.IndexOf(':')], Value: header[(header.IndexOf(':') + 1)..])).ToList();
        var credentials = new ImmutableCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);
        var time = new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

        var authorization = SqsSigner.Authorize(pairs, Encoding.UTF8.GetBytes(body), credentials, "us-east-1", "service", time);

        var expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + $"SignedHeaders={string.Join(';', pairs.Select(pair => pair.Name))}, Signature={signature}";
        Assert.True(expected == authorization, $"{name}: {authorization}");
    }
}
