namespace Amazon.Lambda.Core;

/// <summary>The members of the genuine interface that functions/AwsManaged uses.</summary>
public interface ILambdaContext
{
    string AwsRequestId { get; }

    TimeSpan RemainingTime { get; }
}
