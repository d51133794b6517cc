using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Core.Reassembly;

/// <summary>Log messages of assembling. They never contain a payload.</summary>
internal static partial class AssembleLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Assembling from {Partitions} partitions")]
    public static partial void Started(ILogger log, int partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Assembling is interrupted and begins again: {Reason}")]
    public static partial void Interrupted(ILogger log, string reason);

    public static void InterruptedUnexpectedly(ILogger log, Exception exception) =>
        InterruptedUnexpectedly(log, FailureText.WithCalls(exception));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Queue} was deleted: {Chunks} chunks held by this replica go to a new queue; messages in the queue are lost")]
    public static partial void Deleted(ILogger log, string queue, int chunks);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "Batch {Batch} is whole: {Chunks} chunks, {Bytes} bytes, received by {Receivers}")]
    public static partial void Whole(ILogger log, string batch, int chunks, int bytes, string receivers);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Queue}: {Chunks} chunks went to its tail to make room for others")]
    public static partial void MadeRoom(ILogger log, string queue, int chunks);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Queue} is left to another replica, if there is one")]
    public static partial void Moved(ILogger log, string queue);

    [LoggerMessage(Level = LogLevel.Error, Message = "Assembling is interrupted unexpectedly and begins again: {Failure}")]
    private static partial void InterruptedUnexpectedly(ILogger log, string failure);
}
