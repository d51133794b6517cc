using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Microsoft.Extensions.Logging;
using Telemetry.Events;

namespace Bridge.Edge.Collecting;

/// <summary>From a message to the collector. Safe for several threads, each with an output of its own.</summary>
internal sealed class EventIntake(
    IntakeEndpoint endpoint,
    IMessageFormat format,
    ConstantMembers members,
    IEventCollector collector,
    IntakeCounters counters,
    ILogger log)
{
    /// <summary>Takes a message whose sender cannot wait: it is dropped when the spool is full.</summary>
    public void TakeOrDrop(in IncomingMessage message, JsonOutput output)
    {
        if (!TryWrite(message, output))
            return;
        if (collector.TryAdd(output.Written))
            counters.CountMessage();
        else
            counters.CountDropped(DropReason.Full);
    }

    /// <summary>Takes a message; while the spool is full, the task waits.</summary>
    public ValueTask TakeAsync(in IncomingMessage message, JsonOutput output, CancellationToken cancellationToken)
    {
        if (!TryWrite(message, output))
            return ValueTask.CompletedTask;
        if (!collector.TryAdd(output.Written))
            return AddAsync(output.Written.ToArray(), cancellationToken);
        counters.CountMessage();
        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when what was taken is on the disk.</summary>
    public Task WaitUntilSpooledAsync(CancellationToken cancellationToken) => collector.WaitUntilSpooledAsync(cancellationToken);

    private async ValueTask AddAsync(byte[] json, CancellationToken cancellationToken)
    {
        await collector.AddAsync(json, cancellationToken);
        counters.CountMessage();
    }

    // One message must not end the others.
    private FormatResult Write(in IncomingMessage message, JsonOutput output)
    {
        output.Clear();
        try
        {
            return format.Write(message, output);
        }
        catch (Exception exception)
        {
            IntakeLog.DecodeFailed(log, exception, endpoint);
            return FormatResult.Unreadable;
        }
    }

    private bool TryWrite(in IncomingMessage message, JsonOutput output)
    {
        switch (Write(message, output))
        {
            case FormatResult.Event:
                members.AddTo(output);
                return true;
            case FormatResult.Unreadable:
                counters.CountDropped(DropReason.Unreadable);
                return false;
            case FormatResult.Oversize:
                counters.CountDropped(DropReason.Oversize);
                return false;
            default:
                return false;
        }
    }
}
