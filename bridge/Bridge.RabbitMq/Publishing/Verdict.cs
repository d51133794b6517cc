using System.Runtime.InteropServices;

namespace Bridge.RabbitMq.Publishing;

/// <summary>What became of a message.</summary>
internal enum Verdict
{
    /// <summary>The broker has taken responsibility for it.</summary>
    Confirmed,

    /// <summary>The same, after the session was given up: its attempt has failed, but it need not be published again.</summary>
    ConfirmedLate,

    /// <summary>No queue is bound for its routing key.</summary>
    Unroutable,

    /// <summary>The broker nacked it.</summary>
    Nacked,

    /// <summary>The session was given up before the answer came. The broker may have the message.</summary>
    Unknown,
}

/// <summary>A message with its verdict.</summary>
/// <param name="Attempt">What the message belongs to.</param>
/// <param name="Index">Its index in the attempt.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Detail">What the broker said when it returned the message, or why its fate is unknown; otherwise null.</param>
/// <param name="Age">How long before its answer it was written; zero without one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SettledMessage(
    PublicationAttempt Attempt, int Index, Verdict Verdict, string? Detail, TimeSpan Age);

/// <summary>Counts what one answer of the broker settled.</summary>
internal record struct SettledCount
{
    /// <summary>Messages that the broker has taken.</summary>
    public int Confirmed { get; private set; }

    /// <summary>Messages that were returned or nacked.</summary>
    public int Refused { get; private set; }

    /// <summary>Age of the oldest of them; zero when there are none.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>Counts a message, unless its attempt failed without the broker's answer.</summary>
    public void Add(in SettledMessage message)
    {
        if (message.Verdict is Verdict.Unknown or Verdict.ConfirmedLate)
            return;
        if (message.Verdict is Verdict.Confirmed)
            Confirmed++;
        else
            Refused++;
        Latency = message.Age > Latency ? message.Age : Latency;
    }
}
