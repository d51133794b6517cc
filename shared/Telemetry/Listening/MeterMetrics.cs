using System.Diagnostics.Metrics;
using Telemetry.Governance;

namespace Telemetry.Listening;

/// <summary>Sums up the measurements of some meters and sends them as metrics at every flush and at an interval.</summary>
internal sealed class MeterMetrics : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<InstrumentMetrics> _instruments = [];
    private readonly TelemetryClient _client;
    private readonly NamePatterns _meters;
    private readonly TelemetryListenerOptions _options;
    private readonly TimeProvider _clock;
    private readonly MeterListener _listener = new();
    private readonly ITimer _timer;
    private long _observedAt;

    internal MeterMetrics(TelemetryClient client, NamePatterns meters, TelemetryListenerOptions options)
    {
        _client = client;
        _meters = meters;
        _options = options;
        _clock = client.Clock;
        _observedAt = _clock.GetTimestamp();
        _listener.InstrumentPublished = Take;
        _listener.MeasurementsCompleted = (_, state) => End((InstrumentMetrics)state!);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
        client.AddBeforeFlush(Collect);
        _timer = _clock.CreateTimer(_ => Collect(), null, options.MetricInterval, options.MetricInterval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _client.RemoveBeforeFlush(Collect);
        Collect();
        _listener.Dispose();
    }

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((InstrumentMetrics)state!).Record(value, tags);

    private void Take(Instrument instrument, MeterListener listener)
    {
        if (!_meters.Match(instrument.Meter.Name) || MetricKinds.Of(instrument) is not { } kind)
            return;
        var metrics = new InstrumentMetrics(instrument, kind, _options, _clock.GetUtcNow());
        lock (_gate)
            _instruments.Add(metrics);
        listener.EnableMeasurementEvents(instrument, metrics);
    }

    private void End(InstrumentMetrics metrics)
    {
        metrics.Collect(_client, _clock.GetUtcNow());
        lock (_gate)
            _instruments.Remove(metrics);
    }

    private void Collect()
    {
        Observe();
        var now = _clock.GetUtcNow();
        lock (_gate)
        {
            foreach (var instrument in _instruments)
                instrument.Collect(_client, now);
        }
    }

    // Every invocation flushes, and asking all observable instruments each time would cost too much.
    private void Observe()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_observedAt) < _options.MetricInterval)
                return;
            _observedAt = _clock.GetTimestamp();
        }

        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (Exception e)
        {
            // One callback failed. The others were called nevertheless.
            _client.ReportFailure($"an observable instrument failed: {FailureText.TypesOf(e.GetBaseException())}");
        }
    }
}
