using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Events;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Sending;
using Telemetry.Wire;
using static System.FormattableString;

namespace Telemetry;

/// <summary>
/// Sends events through a cloud queue. Use an instance with dependency injection and in tests; functions call the static methods
/// of
/// <see cref="TelemetryQueue"/>. Safe for use by several threads at once.
/// </summary>
public sealed partial class TelemetryClient : IAsyncDisposable
{
    // Telemetry of this size usually fills an SQS message after compression.
    private const int SendNowBytes = 1024 * 1024;

    private static readonly TimeSpan DisposeBudget = TimeSpan.FromSeconds(2);

    private readonly TelemetryOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _bufferIsFull;
    private readonly ClientMembers _members;
    private readonly EventGovernor _governor;
    private readonly SendCounters _counters = new();
    private readonly TroubleReport _trouble;
    private readonly EventBuffer _buffer;
    private readonly BatchSender _sender;
    private readonly EventPump _pump;
    private readonly PumpLoop _loop;
    private readonly FlushPause _pause;

    private Action? _beforeFlush;
    private int _disposing;
    private bool _closed;

    /// <summary>A client for the queue that the options name. No request is made before the first send.</summary>
    public TelemetryClient(TelemetryOptions options)
        : this(
            options,
            () => QueueConnectors.Find(options.Queue.Kind).OpenSender(options.Queue, TimeProvider.System),
            TimeProvider.System)
    {
    }

    /// <summary>A client over a queue of your own.</summary>
    /// <param name="options">How to send.</param>
    /// <param name="open">Opens the queue at the first send; the client disposes it.</param>
    /// <param name="clock">The clock of all waits.</param>
    public TelemetryClient(TelemetryOptions options, Func<IQueueSender> open, TimeProvider clock)
    {
        TelemetryOptions.Check(options);
        _options = options;
        _clock = clock;
        var bufferBytes = options.BufferBytes.ToString(CultureInfo.InvariantCulture);
        _bufferIsFull = string.Concat("drops the oldest events: the buffer of ", bufferBytes, " bytes is full");
        _members = new ClientMembers(options);
        _governor = options.NewGovernor();
        _trouble = new TroubleReport(options.Report, clock);
        _pause = new FlushPause(clock);
        _buffer = new EventBuffer(options.BufferBytes);
        _sender = new BatchSender(open, options.Key, clock);
        _pump = new EventPump(_buffer, _sender, _counters, _trouble, options.SendTimeout, clock);
        var sendNowBytes = Math.Min(SendNowBytes, options.BufferBytes / 2);
        _loop = new PumpLoop(_pump, _counters, () => ReportDrops(), options.FlushInterval, sendNowBytes, clock);
        LevelGate.Add(options.Levels);
    }

    /// <summary>What the client did so far.</summary>
    public TelemetryStatistics Statistics
    {
        get
        {
            var (accepted, sent, dropped, messages, sampledOut) = _counters.Read();
            return new TelemetryStatistics(accepted, sent, dropped, messages) { SampledOut = sampledOut };
        }
    }

    /// <summary>
    /// Buffers an event. Never blocks, never throws, and keeps the newest events when the queue is out of reach.
    /// </summary>
    public void Send(TelemetryEvent telemetryEvent)
    {
        if (telemetryEvent.IsDiscarded)
            return;
        if (!telemetryEvent.IsOpen)
        {
            Reject(TelemetryEvent.AlreadySent);
            return;
        }

        try
        {
            if (!OwnSending.IsUnderWay)
                Govern(telemetryEvent.Writer());
            telemetryEvent.Release();
        }
        catch (Exception e)
        {
            Reject(FailureText.Of(e));
        }
    }

    /// <summary>
    /// Buffers an event that is JSON already. It is published byte for byte, except that raw line feeds become spaces and that
    /// <see cref="TelemetryOptions.Redaction"/> replaces secrets. Levels, sampling, limits of size and added members apply only
    /// to a
    /// <see cref="TelemetryEvent"/>.
    /// </summary>
    /// <param name="json">One JSON object in UTF-8 of at most 16 MiB. Anything else is dropped, counted and reported.</param>
    public void Send(ReadOnlySpan<byte> json)
    {
        if (OwnSending.IsUnderWay)
            return;
        var trimmed = EventJson.Trim(json);
        if ((EventShape.Check(trimmed) ?? _governor.GovernReady(trimmed, out trimmed)) is { } problem)
            Reject(problem);
        else
            Buffer(trimmed);
    }

    /// <summary>Whether a log of this level would be sent. Ask before you make a message that is costly.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="category">The category of the log; null for none.</param>
    public bool IsEnabled(TelemetryLevel level, string? category = null) => level >= _options.Levels.MinimumFor(category);

    /// <summary>
    /// Buffers a value that serialises to a JSON object. A failing serialisation is dropped, counted and reported.
    /// </summary>
    public void Send<T>(T value, JsonTypeInfo<T> type)
    {
        try
        {
            Send(JsonSerializer.SerializeToUtf8Bytes(value, type));
        }
        catch (Exception e)
        {
            Reject($"{typeof(T)} does not serialise: {FailureText.Of(e)}");
        }
    }

    /// <summary>
    /// Sends an event that must not be lost: completes when the queue has accepted it. Sampling does not apply. A log below the
    /// lowest level is not sent, and the task completes.
    /// </summary>
    /// <exception cref="QueueException">The queue did not accept the event, or it is unknown whether it did.</exception>
    /// <exception cref="TimeoutException"><see cref="TelemetryOptions.SendTimeout"/> passed. It is unknown whether the queue
    /// accepted the event.</exception>
    public Task SendAsync(TelemetryEvent telemetryEvent, CancellationToken cancellationToken = default)
    {
        if (telemetryEvent.IsDiscarded)
            return Task.CompletedTask;
        var writer = telemetryEvent.Writer();
        if (!Admits(writer))
        {
            telemetryEvent.Release();
            return Task.CompletedTask;
        }

        var json = _members.Complete(writer);
        var problem = _governor.Govern(json, writer.Body, out var governed);
        var lines = problem is null ? EventShape.ToLine(governed) : [];
        telemetryEvent.Release();
        return problem is null
            ? SendNowAsync(lines, cancellationToken)
            : throw new ArgumentException(problem, nameof(telemetryEvent));
    }

    /// <summary>As <see cref="SendAsync(TelemetryEvent, CancellationToken)"/>, for a ready event.</summary>
    /// <exception cref="ArgumentException">It is no JSON object.</exception>
    public Task SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default)
    {
        var trimmed = EventJson.Trim(json.Span);
        return (EventShape.Check(trimmed) ?? _governor.GovernReady(trimmed, out trimmed)) is { } problem
            ? throw new ArgumentException(problem, nameof(json))
            : SendNowAsync(EventShape.ToLine(trimmed), cancellationToken);
    }

    /// <summary>
    /// As <see cref="SendAsync(TelemetryEvent, CancellationToken)"/>, for a value that serialises to a JSON object.
    /// </summary>
    public Task SendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        SendAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);

    /// <summary>
    /// Sends what is buffered, within a time. Does not throw when the queue is slow, refuses or cannot be reached.
    /// </summary>
    /// <param name="budget">
    /// The time after which the flush returns; a call that is under way then continues in the background. Null means
    /// <see cref="TelemetryOptions.SendTimeout"/>; zero or less returns at once.
    /// </param>
    /// <param name="cancellationToken">Ends the flush earlier, without an exception.</param>
    public async Task<FlushResult> FlushAsync(TimeSpan? budget = null, CancellationToken cancellationToken = default)
    {
        _beforeFlush?.Invoke();
        // This runs at the end of every invocation, and most have nothing left to send.
        if (Volatile.Read(ref _closed) || (_counters.Waiting == 0 && !ReportDrops()))
            return default;

        using var time = new TimeBudget(budget ?? _options.SendTimeout, _clock, cancellationToken);
        var complete = await TryDrainAsync(time.Token).ConfigureAwait(false);
        if (complete && ReportDrops())
            complete = await TryDrainAsync(time.Token).ConfigureAwait(false);
        return complete
            ? default
            : new FlushResult(Math.Max(1, _counters.Waiting), _pump.LastError ?? WhyUnfinished());
    }

    /// <summary>
    /// Flushes at the end of an invocation. A function host calls this because the platform may freeze or stop the instance
    /// afterwards. It takes at most <see cref="TelemetryOptions.FlushBudget"/> or the rest of the invocation's time, whichever is
    /// shorter. It does not throw; events that still wait are reported. After a flush that did not reach the queue, flushes
    /// return at once for a second at first and for at most 30 seconds, while the background tries to send.
    /// </summary>
    /// <param name="remaining">Time that the invocation still has; null where the platform sets no deadline.</param>
    public async Task<FlushResult> FlushInvocationAsync(TimeSpan? remaining = null)
    {
        var before = Statistics;
        if (before.Waiting > 0 && _pause.Left(before.Messages) is { Ticks: > 0 } left)
        {
            return new FlushResult(
                before.Waiting,
                Invariant($"the queue was out of reach a moment ago; flushes try again in {left.TotalSeconds:0.0} s"));
        }

        var budget = remaining < _options.FlushBudget ? remaining.Value : _options.FlushBudget;
        var result = await FlushAsync(budget).ConfigureAwait(false);
        if (budget > TimeSpan.Zero)
            EndFlush(result, before.Messages);
        return result;
    }

    /// <summary>
    /// Flushes before the process ends, within <see cref="TelemetryOptions.FlushBudget"/>. A function host calls this when its
    /// process is told to end. It tries even if earlier flushes failed. It does not throw; events that could not be sent are lost
    /// and reported.
    /// </summary>
    public async Task<FlushResult> FlushExitAsync()
    {
        var result = await FlushAsync(_options.FlushBudget).ConfigureAwait(false);
        if (!result.IsComplete)
        {
            _trouble.Failed(
                TroubleReport.Trouble.Dropped, Invariant($"{result.Waiting} events are lost, the process ends: {result.Error}"));
        }

        return result;
    }

    /// <summary>
    /// Completes when the buffer is at most half full. Producers of many events wait for this so that no event is dropped.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _buffer.WaitForRoomAsync(cancellationToken);

    /// <summary>
    /// Sends what is buffered, for at most two seconds. Events that were not sent are dropped, counted and reported.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
            return;
        // This comes before the last flush, because the background may be about to report dropped events, which must be sent too.
        await _loop.DisposeAsync().ConfigureAwait(false);
        var flushed = await FlushAsync(DisposeBudget).ConfigureAwait(false);
        Volatile.Write(ref _closed, true);
        LevelGate.Remove(_options.Levels);
        await _pump.DisposeAsync().ConfigureAwait(false);
        await _sender.DisposeAsync().ConfigureAwait(false);
        if (_counters.Waiting is > 0 and var lost)
            Drop(lost, Invariant($"{lost} events could not be sent before the client was disposed: {flushed.Error}"));
    }

    internal void Prepare() => Preparation.Run(_members, _governor);

    private bool Admits(EventWriter writer) =>
        writer.Style is not EventStyle.Log || writer.IsOwnReport || IsEnabled((TelemetryLevel)writer.Severity, writer.Category);

    // An error is kept, even one whose trace is not.
    private bool Samples(EventWriter writer) =>
        (TelemetryLevel)writer.Severity >= TelemetryLevel.Error || _governor.Samples(writer);

    private void Govern(EventWriter writer)
    {
        if (!Admits(writer))
            return;
        if (!Samples(writer))
        {
            _counters.SampleOut();
            return;
        }

        var json = _members.Complete(writer);
        if (_governor.Govern(json, writer.Body, out var governed) is { } problem)
            Reject(problem);
        else
            Buffer(governed);
    }

    private void Buffer(ReadOnlySpan<byte> json)
    {
        if (Volatile.Read(ref _closed))
        {
            Reject("the client is disposed");
            return;
        }

        _counters.Accept();
        if (!_buffer.TryAppend(json, out var dropped, out var held))
        {
            Drop(
                1,
                Invariant($"dropped an event of {json.Length} bytes: it is larger than the buffer of {_options.BufferBytes}"));
            return;
        }

        if (dropped > 0)
            Drop(dropped, _bufferIsFull);
        _loop.Wake(held);
    }

    private void Drop(long events, string problem)
    {
        _counters.Drop(events);
        _trouble.Failed(TroubleReport.Trouble.Dropped, problem);
    }

    private string WhyUnfinished() =>
        Volatile.Read(ref _closed) ? "the client was disposed meanwhile" : "the time was over before the queue had answered";

    private async Task<bool> TryDrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _pump.DrainAsync(fillMessages: false, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // The pump reports what the queue refused. That the queue was too slow is reported here.
    private void EndFlush(FlushResult result, long messagesBefore)
    {
        var messages = _counters.Messages;
        _pause.Ended(!result.IsComplete && messages == messagesBefore, messages);
        if (!result.IsComplete)
        {
            _trouble.Failed(
                TroubleReport.Trouble.Sending, Invariant($"{result.Waiting} events wait for a later flush: {result.Error}"));
        }
    }

    // When sending works again, an event says how many events were dropped. It waits for room, so that it displaces no other
    // event.
    private bool ReportDrops()
    {
        if (_pump.LastError is not null || !_buffer.HasRoom || _counters.TakeUnreportedDrops() is not (> 0 and var dropped))
            return false;
        Send(TelemetryEvent.OwnReport("telemetry events were dropped").With("dropped", dropped));
        return true;
    }

    private async Task SendNowAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        using var time = new TimeBudget(_options.SendTimeout, _clock, cancellationToken);
        try
        {
            await SendNowWithinAsync(lines, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (time.IsOver)
        {
            throw new TimeoutException($"{_options.Queue} did not accept the event within {_options.SendTimeout}", e);
        }
    }

    private async Task SendNowWithinAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var packer = await _sender.PackerAsync(known: null, cancellationToken).ConfigureAwait(false);
        SealedBatch[] batch = [_sender.Pack(packer, lines.Span, out _, out var refusal)
            ?? throw new ArgumentException(refusal!.Detail, nameof(lines))];
        try
        {
            // The event is counted only when it is sent. The caller learns of a failure, so the event does not count as dropped.
            _counters.SentAtOnce(await _sender.SendAsync(packer, batch, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            batch[0].Dispose();
        }
    }
}
