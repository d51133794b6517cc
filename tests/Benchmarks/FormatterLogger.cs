using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Benchmarks;

/// <summary>
/// Lets a console formatter write to a stream that keeps nothing: the formatter alone is measured, without the console's queue.
/// </summary>
internal sealed class FormatterLogger(string category, ConsoleFormatter formatter, IExternalScopeProvider scopes)
    : ILogger, IDisposable
{
    private readonly StreamWriter _writer = new(Stream.Null);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> toText)
    {
        var entry = new LogEntry<TState>(logLevel, category, eventId, state, exception, toText);
        formatter.Write(entry, scopes, _writer);
    }

    public void Dispose() => _writer.Dispose();
}
