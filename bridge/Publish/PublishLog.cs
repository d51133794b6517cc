using Microsoft.Extensions.Logging;

namespace Bridge.Publish;

/// <summary>What publishing says: one line a change of state, however often it is tried in between.</summary>
internal static partial class PublishLog
{
    [LoggerMessage(1, LogLevel.Information, "Publishing connection {Link} is ready: {Broker}, exchange '{Exchange}'")]
    public static partial void Ready(this ILogger logger, string link, string broker, string exchange);

    [LoggerMessage(2, LogLevel.Warning, "Publishing connection {Link} is not available and is tried again: {Reason}")]
    public static partial void Unavailable(this ILogger logger, string link, string reason);

    [LoggerMessage(3, LogLevel.Error, "Publishing connection {Link} cannot work until this is put right: {Reason}")]
    public static partial void Unusable(this ILogger logger, string link, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Publishing connection {Link} was lost with {Outstanding} messages unanswered: {Reason}")]
    public static partial void Lost(this ILogger logger, string link, int outstanding, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The broker blocks publishing on connection {Link}: {Reason}")]
    public static partial void Blocked(this ILogger logger, string link, string reason);

    [LoggerMessage(6, LogLevel.Information, "The broker takes messages again on connection {Link}")]
    public static partial void Unblocked(this ILogger logger, string link);

    [LoggerMessage(7, LogLevel.Warning, "The broker takes messages up to {Bytes} bytes: larger ones are refused from now on")]
    public static partial void LimitLearned(this ILogger logger, long bytes);
}
