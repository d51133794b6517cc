namespace Telemetry.Queues;

/// <summary>
/// One call of a cloud's client, which may make several attempts. It flows with the call to <see cref="QueueAttempts"/>, because
/// the clients neither tell when an attempt began nor have a time-out for each operation.
/// </summary>
internal sealed class QueueCall
{
    /// <summary>Longest that one attempt lasts, beyond the wait that was asked for; enough for 1 MiB over a slow line.</summary>
    internal static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private static readonly AsyncLocal<QueueCall?> Flowing = new();

    private QueueCall(TimeSpan limit) => Limit = limit;

    /// <summary>The call that the running code belongs to.</summary>
    internal static QueueCall? Current => Flowing.Value;

    /// <summary>How long each attempt may last.</summary>
    internal TimeSpan Limit { get; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> from before the last attempt: a lease that it took ends no earlier than this plus
    /// its length.
    /// </summary>
    internal long LastAttempt { get; set; }

    /// <summary>Begins a call, which lasts until the calling asynchronous method has ended.</summary>
    /// <param name="wait">How long the service may hold the answer back on purpose.</param>
    internal static QueueCall Begin(TimeSpan wait = default) => Flowing.Value = new QueueCall(AnswerTimeout + wait);
}
