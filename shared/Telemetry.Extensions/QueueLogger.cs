using Microsoft.Extensions.Logging;
using Telemetry.Events;
using Telemetry.Sending;

namespace Telemetry.Extensions;

/// <summary>Writes each log directly into an event, without reflection and without texts other than the message.</summary>
internal sealed class QueueLogger(string category, TelemetryClient client) : ILogger
{
    private static ReadOnlySpan<byte> EventIdName => "event.id"u8;
    private static ReadOnlySpan<byte> EventNameName => "event.name"u8;

    private readonly TelemetryLevel _least = client.LeastLevel(category);

    internal IExternalScopeProvider? ScopeProvider { get; set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => ScopeProvider?.Push(state);

    public bool IsEnabled(LogLevel logLevel) =>
        logLevel is not LogLevel.None && LogLevels.Convert(logLevel) >= _least && !OwnSending.IsUnderWay;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        try
        {
            Send(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception e)
        {
            // A failure here must not fail the code that logs.
            client.Reject($"a log of {category} failed to become an event: {e.GetType().Name}");
        }
    }

    private void Send<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var log = TelemetryEvent.Log(LogLevels.Convert(logLevel), category, Message(state, exception, formatter));
        if (log.IsDiscarded)
            return;
        var json = log.Writer().Json;
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            LogAttributes.WriteState(json, values);
        if (eventId.Id != 0)
            json.WriteNumber(EventIdName, eventId.Id);
        if (eventId.Name is not null)
            json.WriteString(EventNameName, eventId.Name);
        if (exception is not null)
            log.With(exception);
        if (ScopeProvider is { } scopes)
            LogAttributes.Scopes.Write(json, scopes);
        client.Send(log);
    }

    // The formatter turns every value of the template into text; if one fails, the template replaces the whole message.
    private static string? Message<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!ForeignCode.TryEnter())
            return ForeignCode.Recursive;
        try
        {
            return formatter(state, exception);
        }
        catch (Exception e)
        {
            var template = state is IReadOnlyList<KeyValuePair<string, object?>> values ? LogAttributes.TemplateOf(values) : null;
            return template is null ? ForeignCode.Mark(e) : $"{template} {ForeignCode.Mark(e)}";
        }
        finally
        {
            ForeignCode.Leave();
        }
    }
}
