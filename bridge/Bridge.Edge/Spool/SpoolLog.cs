using Microsoft.Extensions.Logging;
using Telemetry;

namespace Bridge.Edge.Spool;

/// <summary>What the spool says; never a payload.</summary>
internal static partial class SpoolLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The spool in {Directory} is open: {Batches} batches with {Events} events wait in it")]
    public static partial void Opened(ILogger log, string directory, long batches, long events);

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool takes no events and tries again each second: {Problem}")]
    public static partial void Failing(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The spool is full and takes no events: {Problem}")]
    public static partial void Full(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "The spool takes events again")]
    public static partial void TakesAgain(ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool's database {Database} is damaged, {Reason}: it was moved to {Damaged}")]
    public static partial void PutAside(ILogger log, string database, string reason, string damaged);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Pages} pages in the spool's log {File} are damaged, or were being written when the power failed: the log was copied to {Copy}")]
    public static partial void LogPutAside(ILogger log, string file, int pages, string copy);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Batches} batches were restored from {Damaged}")]
    public static partial void Restored(ILogger log, int batches, string damaged);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "There is no room to restore everything from {Damaged}: make room, stop the bridge, and run `bridge spool replay` with that file")]
    public static partial void RestoreEnded(ILogger log, string damaged);

    [LoggerMessage(Level = LogLevel.Error, Message = "Row {Row} of the spool is damaged and becomes a dead letter: {Detail}")]
    public static partial void RowDamaged(ILogger log, long row, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Batches} batches of the spool could not be committed before the end: {Problem}")]
    public static partial void Lost(ILogger log, int batches, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The spool could not be read and tries again: {Problem}")]
    public static partial void ReadFailed(ILogger log, string problem);
}
