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
    private const string Form = "content-type:application/x-www-form-urlencoded";
    private const string Token =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
        + "KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd"
        + "8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3i"
        + "SIlTJabIQwj2ICCR/oLxBA==";

    public static TheoryData<string, string, string[], string> Vectors => new()
    {
        { "post-vanilla", "", [Host, Date], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
        {
            "post-header-key-sort", "", [Host, "my-header1:value1", Date],
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        },
        {
            "post-header-value-case", "", [Host, "my-header1:VALUE1", Date],
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
        },
        {
            "post-sts-header-before", "", [Host, Date, "x-amz-security-token:" + Token],
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
        },
        {
            "post-x-www-form-urlencoded", "Param1=value1", [Form, Host, Date],
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        },
        {
            "post-x-www-form-urlencoded-parameters", "Param1=value1", [Form + "; charset=utf8", Host, Date],
            "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_request_of_the_test_suite_gets_the_published_signature(
        string name, string body, string[] headers, string signature)
    {
        var pairs = headers.Select(header => header.Split(':', 2)).Select(pair => (Name: pair[0], Value: pair[1])).ToList();
        var credentials = new ImmutableCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);
        var time = new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

        var authorization = SqsSigner.Authorize(pairs, Encoding.UTF8.GetBytes(body), credentials, "us-east-1", "service", time);

        var expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + $"SignedHeaders={string.Join(';', pairs.Select(pair => pair.Name))}, Signature={signature}";
        Assert.True(expected == authorization, $"{name}: {authorization}");
    }
}
