using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Listening;

namespace Telemetry.Extensions;

/// <summary>
/// Sends logs with a <see cref="TelemetryClient"/>. It owns its listeners, but not the client. When it is disposed, it waits at
/// most two seconds until the buffered events are sent.
/// </summary>
[ProviderAlias("TelemetryQueue")]
public sealed class TelemetryQueueLoggerProvider : ILoggerProvider, ISupportExternalScope, IAsyncDisposable
{
    private static readonly TimeSpan DisposeBudget = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, QueueLogger> _loggers = new(StringComparer.Ordinal);
    private readonly TelemetryClient? _client;
    private readonly TelemetryListeners? _listeners;
    private IExternalScopeProvider? _scopes;
    private int _disposed;

    /// <summary>A provider over a client.</summary>
    /// <param name="client">The client that sends. With null, nothing is sent.</param>
    /// <param name="options">The activity sources and meters to listen to.</param>
    public TelemetryQueueLoggerProvider(TelemetryClient? client, TelemetryListenerOptions options)
    {
        _client = client;
        _listeners = client is null ? null : TelemetryListeners.Start(client, options);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => _client is null
        ? NullLogger.Instance
        : _loggers.GetOrAdd(categoryName, name => new QueueLogger(name, _client) { ScopeProvider = _scopes });

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider)
    {
        _scopes = scopeProvider;
        foreach (var logger in _loggers.Values)
            logger.ScopeProvider = scopeProvider;
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0 || _client is null)
            return;
        _listeners!.Dispose();
        await _client.FlushAsync(DisposeBudget).ConfigureAwait(false);
    }
}
