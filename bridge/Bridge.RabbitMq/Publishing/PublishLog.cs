using Microsoft.Extensions.Logging;

namespace Bridge.RabbitMq.Publishing;

/// <summary>The log lines of publishing: one for each change of state, however many attempts lie between.</summary>
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

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "A queue bound to the exchange '{Exchange}' rejects messages: it is full, or has no leader. Receiving pauses, and they"
            + " are published again until it takes them")]
    public static partial void Rejected(this ILogger logger, string exchange);

    [LoggerMessage(9, LogLevel.Information, "The queues bound to the exchange '{Exchange}' take messages again")]
    public static partial void TakenAgain(this ILogger logger, string exchange);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "The broker takes messages up to {Bytes} bytes (max_message_size): larger ones are refused from now on")]
    public static partial void LimitLearned(this ILogger logger, long bytes);
}
