using Telemetry.Aws;

namespace Telemetry.Tests.Aws;

public sealed class SqsRegionTests
{
    [Theory]
    [InlineData("sqs.eu-central-1.amazonaws.com", "eu-central-1")]
    [InlineData("SQS.EU-West-3.amazonaws.com", "eu-west-3")]
    [InlineData("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1")]
    [InlineData("sqs-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")]
    [InlineData("sqs.ap-southeast-2.api.aws", "ap-southeast-2")]
    [InlineData("sqs-fips.us-west-2.api.aws", "us-west-2")]
    [InlineData("us-west-1.queue.amazonaws.com", "us-west-1")]
    [InlineData("vpce-0a1b2c3d-x9y8.sqs.sa-east-1.vpce.amazonaws.com", "sa-east-1")]
    [InlineData("sqs.us-iso-east-1.c2s.ic.gov", "us-iso-east-1")]
    // The service's oldest names, which the first region alone has.
    [InlineData("queue.amazonaws.com", "us-east-1")]
    [InlineData("sqs.amazonaws.com", "us-east-1")]
    [InlineData("Queue.AmazonAWS.com", "us-east-1")]
    [InlineData("queue.amazonaws.com.", "us-east-1")]
    public void The_host_name_tells_the_region(string host, string region) =>
        Assert.Equal(region, SqsConnection.RegionOf(host, _ => "af-south-1"));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("sqs.localhost")]
    [InlineData("queue.amazonaws.com.localhost")]
    public void Other_hosts_take_it_from_the_environment_or_us_east_1(string host)
    {
        Assert.Equal("eu-north-1", SqsConnection.RegionOf(host, name => name is "AWS_REGION" ? "eu-north-1" : "eu-south-1"));
        Assert.Equal("eu-south-1", SqsConnection.RegionOf(host, name => name is "AWS_DEFAULT_REGION" ? "eu-south-1" : ""));
        Assert.Equal("us-east-1", SqsConnection.RegionOf(host, _ => null));
    }
}
