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
/// Sends events through a cloud queue: an ordinary instance for dependency injection and tests;
/// <see cref="TelemetryQueue"/> is the front that functions call. Safe for use by several threads at once.
/// </summary>
public sealed partial class TelemetryClient : IAsyncDisposable
{
    // Enough to fill an SQS message of telemetry that compresses as usual.
    private const int HurryBytes = 1024 * 1024;

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
        : this(options, () => QueueConnectors.Find(options.Queue.Kind).OpenSender(options.Queue, TimeProvider.System), TimeProvider.System)
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
        _bufferIsFull = string.Concat("drops the oldest events: the buffer of ", options.BufferBytes.ToString(CultureInfo.InvariantCulture), " bytes is full");
        _members = new ClientMembers(options);
        _governor = options.NewGovernor();
        _trouble = new TroubleReport(options.Report, clock);
        _pause = new FlushPause(clock);
        _buffer = new EventBuffer(options.BufferBytes);
        _sender = new BatchSender(open, options.Key, clock);
        _pump = new EventPump(_buffer, _sender, _counters, _trouble, options.SendTimeout, clock);
        var hurryBytes = Math.Min(HurryBytes, options.BufferBytes / 2);
        _loop = new PumpLoop(_pump, _counters, () => ReportDrops(), options.FlushInterval, hurryBytes, clock);
        LevelGate.Enter(options.Levels);
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

    /// <summary>Buffers an event. Never blocks, never throws, and keeps the newest events when the queue is out of reach.</summary>
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
    /// Buffers a ready event. It is published byte for byte as given, but for raw line feeds, which become spaces, and for what
    /// <see cref="TelemetryOptions.Redaction"/> blots out. Levels, sampling, limits of size and added members are for events
    /// that are built here: a ready one is its maker's own.
    /// </summary>
    /// <param name="json">One JSON object, UTF-8, up to 16 MiB. Anything else is dropped, counted and reported.</param>
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

    /// <summary>Whether a log of this level would be sent: for callers whose message is costly to make.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="category">Who says it; null where nobody is named.</param>
    public bool IsEnabled(TelemetryLevel level, string? category = null) => level >= _options.Levels.Of(category);

    /// <summary>Buffers a value that serialises to a JSON object. A failing serialisation is dropped, counted and reported.</summary>
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
    /// Sends an event that must not be lost: completes when the queue has accepted it. Sampling does not touch it; a log below
    /// the least level completes without being sent.
    /// </summary>
    /// <exception cref="QueueException">The queue did not accept it, or its fate is unknown.</exception>
    /// <exception cref="TimeoutException"><see cref="TelemetryOptions.SendTimeout"/> passed; its fate is unknown.</exception>
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
        return problem is null ? SendNowAsync(lines, cancellationToken) : throw new ArgumentException(problem, nameof(telemetryEvent));
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

    /// <summary>As <see cref="SendAsync(TelemetryEvent, CancellationToken)"/>, for a value that serialises to a JSON object.</summary>
    public Task SendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        SendAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);

    /// <summary>Empties the buffer within a budget. Never throws for a queue that is slow, refuses or is out of reach.</summary>
    /// <param name="budget">How long it may take, after which a call under way goes on without it; <see cref="TelemetryOptions.SendTimeout"/> when null, nothing when zero or less.</param>
    /// <param name="cancellationToken">Ends it earlier; that is no error either.</param>
    public async Task<FlushResult> FlushAsync(TimeSpan? budget = null, CancellationToken cancellationToken = default)
    {
        _beforeFlush?.Invoke();
        // Asked for at the end of every invocation, most of which have nothing left to send.
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
    /// What a function host calls when an invocation ends and the platform may freeze or stop the instance: a flush within
    /// <see cref="TelemetryOptions.FlushBudget"/> or what is left of the invocation, whichever is shorter. Never throws;
    /// that events still wait is reported as every trouble is. A queue that a flush did not reach is left to the background
    /// for a second at first, for half a minute at most: that long, flushes end at once.
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
    /// What a function host calls when its process is told to end: a flush within <see cref="TelemetryOptions.FlushBudget"/>
    /// that is tried whatever happened before. Never throws; what could not be sent is lost with the process, and reported.
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
    /// Completes when the buffer is at most half full: for bulk producers, which would rather wait than have events dropped.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _buffer.WaitForRoomAsync(cancellationToken);

    /// <summary>Tries for two seconds to send what is buffered; what could not be sent by then is dropped, counted and reported.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
            return;
        // Before the last flush: the report of drops that the background may be about to send belongs into it.
        await _loop.DisposeAsync().ConfigureAwait(false);
        var flushed = await FlushAsync(DisposeBudget).ConfigureAwait(false);
        Volatile.Write(ref _closed, true);
        LevelGate.Leave(_options.Levels);
        await _pump.DisposeAsync().ConfigureAwait(false);
        await _sender.DisposeAsync().ConfigureAwait(false);
        if (_counters.Waiting is > 0 and var lost)
            Drop(lost, Invariant($"{lost} events could not be sent before the client was disposed: {flushed.Error}"));
    }

    internal void Prepare() => Preparation.Run(_members, _governor);

    private bool Admits(EventWriter writer) =>
        writer.Style is not EventStyle.Log || writer.IsOwnReport || IsEnabled((TelemetryLevel)writer.Severity, writer.Category);

    // An error is kept, even one whose trace is not.
    private bool Samples(EventWriter writer) => (TelemetryLevel)writer.Severity >= TelemetryLevel.Error || _governor.Samples(writer);

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

    // What the queue refused is reported by the pump already; only that it was slow would go unnoticed.
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

    // Once sending works again, how many events did not make it becomes an event itself; it must not cost others their room.
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
            // Counted only when it is sent: the caller learns of a failure, so it does not count as a dropped event.
            _counters.SentAtOnce(await _sender.SendAsync(packer, batch, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            batch[0].Dispose();
        }
    }
}
