using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Queues;

namespace Telemetry;

/// <summary>
/// The static methods that functions call. Environment variables configure them: <c>TELEMETRY_QUEUE</c> and the others that
/// <see cref="TelemetryOptions"/> names. If they are missing or wrong, <c>Send</c> writes that once to standard error and does
/// nothing
/// else, and <c>SendAsync</c> throws.
/// </summary>
public static class TelemetryQueue
{
    private static Lazy<TelemetryClient?> s_client = new(CreateFromEnvironment);
    private static string? s_problem;

    /// <summary>The client that sends. It is created at its first use; null if the environment does not configure one.</summary>
    public static TelemetryClient? Client
    {
        get => s_client.Value;
        set => s_client = new Lazy<TelemetryClient?>(value);
    }

    /// <inheritdoc cref="TelemetryClient.Send(TelemetryEvent)"/>
    public static void Send(TelemetryEvent telemetryEvent)
    {
        if (telemetryEvent.IsDiscarded)
            return;
        if (Client is { } client)
            client.Send(telemetryEvent);
        else
            telemetryEvent.Release();
    }

    /// <inheritdoc cref="TelemetryClient.Send(ReadOnlySpan{byte})"/>
    public static void Send(ReadOnlySpan<byte> json) => Client?.Send(json);

    /// <inheritdoc cref="TelemetryClient.Send{T}(T, JsonTypeInfo{T})"/>
    public static void Send<T>(T value, JsonTypeInfo<T> type) => Client?.Send(value, type);

    /// <inheritdoc cref="TelemetryClient.SendAsync(TelemetryEvent, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The environment does not configure a queue.</exception>
    public static Task SendAsync(TelemetryEvent telemetryEvent, CancellationToken cancellationToken = default) =>
        Required().SendAsync(telemetryEvent, cancellationToken);

    /// <inheritdoc cref="TelemetryClient.SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The environment does not configure a queue.</exception>
    public static Task SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default) =>
        Required().SendAsync(json, cancellationToken);

    /// <inheritdoc cref="TelemetryClient.SendAsync{T}(T, JsonTypeInfo{T}, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The environment does not configure a queue.</exception>
    public static Task SendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        Required().SendAsync(value, type, cancellationToken);

    /// <inheritdoc cref="TelemetryClient.FlushAsync"/>
    public static Task<FlushResult> FlushAsync(TimeSpan? budget = null, CancellationToken cancellationToken = default) =>
        ClientIfUsed?.FlushAsync(budget, cancellationToken) ?? Task.FromResult(new FlushResult(0, null));

    /// <inheritdoc cref="TelemetryClient.FlushInvocationAsync"/>
    public static Task<FlushResult> FlushInvocationAsync(TimeSpan? remaining = null) =>
        ClientIfUsed?.FlushInvocationAsync(remaining) ?? Task.FromResult(new FlushResult(0, null));

    /// <inheritdoc cref="TelemetryClient.FlushExitAsync"/>
    public static Task<FlushResult> FlushExitAsync() =>
        ClientIfUsed?.FlushExitAsync() ?? Task.FromResult(new FlushResult(0, null));

    /// <summary>
    /// Loads and compiles in the background the code that the first events need, so that the first invocation does not wait for
    /// it. A function host calls this when its process starts. It sends nothing and opens no connection. It does nothing if no
    /// queue is configured or if the code is compiled ahead of time.
    /// </summary>
    public static void Prepare()
    {
        if (RuntimeFeature.IsDynamicCodeCompiled && Environment.GetEnvironmentVariable("TELEMETRY_QUEUE") is { Length: > 0 })
            ThreadPool.UnsafeQueueUserWorkItem(static _ => Client?.Prepare(), null);
    }

    // If nothing was sent, a flush has nothing to do and must not create a client.
    private static TelemetryClient? ClientIfUsed => s_client.IsValueCreated ? s_client.Value : null;

    /// <inheritdoc cref="TelemetryClient.IsEnabled"/>
    public static bool IsEnabled(TelemetryLevel level, string? category = null) => Client?.IsEnabled(level, category) ?? false;

    private static TelemetryClient Required() =>
        Client ?? throw new InvalidOperationException(s_problem ?? "TelemetryQueue.Client was set to null");

    private static TelemetryClient? CreateFromEnvironment()
    {
        try
        {
            return new TelemetryClient(TelemetryOptions.FromEnvironment(Environment.GetEnvironmentVariable));
        }
        catch (FormatException e)
        {
            s_problem = e.Message;
            Console.Error.WriteLine($"telemetry: nothing is sent: {e.Message}");
            return null;
        }
    }
}
