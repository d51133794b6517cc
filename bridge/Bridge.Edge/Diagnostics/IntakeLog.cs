using Bridge.Edge.Configuration;
using Microsoft.Extensions.Logging;
using Telemetry.Governance;

namespace Bridge.Edge.Diagnostics;

/// <summary>What intakes say; never a payload.</summary>
internal static partial class IntakeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Intake {Intake} listens on {Place}, receive buffer {Kib} KiB")]
    public static partial void ListeningForDatagrams(ILogger log, IntakeEndpoint intake, string place, int kib);

    [LoggerMessage(Level = LogLevel.Information, Message = "Intake {Intake} listens on {Place}")]
    public static partial void Listening(ILogger log, IntakeEndpoint intake, string place);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Intake {Intake}: {Remedy}")]
    public static partial void SmallBuffer(ILogger log, IntakeEndpoint intake, string remedy);

    public static void DecodeFailed(ILogger log, Exception exception, IntakeEndpoint intake) =>
        DecodeFailed(log, intake, FailureText.WithCalls(exception));

    [LoggerMessage(Level = LogLevel.Error, Message = "A message of {Intake} failed unexpectedly and is dropped: {Failure}")]
    private static partial void DecodeFailed(ILogger log, IntakeEndpoint intake, string failure);
}
