using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.CloudQueues;

/// <summary>Log messages of receiving. They never contain a payload.</summary>
internal static partial class ReceiveLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Receiving from {Queue}")]
    public static partial void Started(ILogger log, SourceName queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Receiving from {Queue} fails and is tried again: {Reason}")]
    public static partial void Failing(ILogger log, SourceName queue, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiving from {Queue} works again")]
    public static partial void Recovered(ILogger log, SourceName queue);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The last receive call to {Queue} did not end in time; messages that it may have leased are delivered again"
            + " after {Lease}")]
    public static partial void LeftUnanswered(ILogger log, SourceName queue, TimeSpan lease);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The lease of message {MessageId} of {Queue} is lost; the message will be received again")]
    public static partial void LeaseLost(ILogger log, SourceName queue, string messageId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of message {MessageId} could not be renewed: {Reason}")]
    public static partial void RenewalFailed(ILogger log, string messageId, string reason);

    public static void RenewalFailedUnexpectedly(ILogger log, Exception exception, string messageId) =>
        RenewalFailedUnexpectedly(log, messageId, FailureText.WithCalls(exception));

    public static void ReceivingFailedUnexpectedly(ILogger log, Exception exception, SourceName queue, TimeSpan delay) =>
        ReceivingFailedUnexpectedly(log, queue, delay, FailureText.WithCalls(exception));

    public static void SettlingFailedUnexpectedly(ILogger log, Exception exception, string messageId) =>
        SettlingFailedUnexpectedly(log, messageId, FailureText.WithCalls(exception));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Message {MessageId} was processed but could not be deleted; it will be received again: {Reason}")]
    public static partial void DeleteFailed(ILogger log, string messageId, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The lease of message {MessageId} could not be renewed, for an unexpected reason: {Failure}")]
    private static partial void RenewalFailedUnexpectedly(ILogger log, string messageId, string failure);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Receiving from {Queue} failed unexpectedly and is tried again in {Delay}: {Failure}")]
    private static partial void ReceivingFailedUnexpectedly(ILogger log, SourceName queue, TimeSpan delay, string failure);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Message {MessageId} could not be deleted or released, for an unexpected reason; it will be received again:"
            + " {Failure}")]
    private static partial void SettlingFailedUnexpectedly(ILogger log, string messageId, string failure);
}
