using Microsoft.Extensions.Logging;

namespace Bridge.Assemble;

/// <summary>What assembling says; never a payload.</summary>
internal static partial class AssembleLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Assembling from {Partitions} partitions")]
    public static partial void Started(ILogger log, int partitions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Assembling is interrupted and begins again: {Reason}")]
    public static partial void Interrupted(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Batch {Batch} is whole: {Chunks} chunks, {Bytes} bytes, received by {Receivers}")]
    public static partial void Whole(ILogger log, string batch, int chunks, int bytes, string receivers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} could not be published and is tried again in {Delay}: {Reason}")]
    public static partial void Retrying(ILogger log, string batch, TimeSpan delay, string reason);
}
