using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Core.Diagnostics;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>
/// Exports the meter <c>Bridge</c> in the Prometheus text format 0.0.4. It counts only what is measured after its construction,
/// so build it before the first instrument. Recording allocates nothing once a series exists.
/// </summary>
internal sealed class MetricsExporter : IDisposable
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _factory;
    private readonly ProcessMetrics _process;

    /// <param name="factory">Only this factory's meter is exported; the process may have others of the same name.</param>
    /// <param name="clock">Measures the uptime.</param>
    public MetricsExporter(IMeterFactory factory, TimeProvider clock)
    {
        _factory = factory;
        _process = new ProcessMetrics(clock);
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.Start();
    }

    /// <summary>Formats the present metrics.</summary>
    public string Export()
    {
        var text = new StringBuilder(16 * 1024);
        lock (_gate)
        {
            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values)
                family.WriteTo(text);
        }

        _process.WriteTo(text);
        return text.ToString();
    }

    /// <summary>The present values of all metrics but histograms.</summary>
    public MetricValues Read()
    {
        lock (_gate)
        {
            _listener.RecordObservableInstruments();
            return new MetricValues(
                _families.Values.ToDictionary(family => family.Name, family => family.Values(), StringComparer.Ordinal));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Record(value, tags);

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name is not MessagingAttributes.Scope || instrument.Meter.Scope != _factory)
            return;
        if (MetricKinds.Of(instrument) is not { } kind)
            return;

        var family = MetricFamily.From(instrument, kind);
        lock (_gate)
        {
            // Each queue has an observable instrument of its own; those of one name are one family.
            if (_families.TryGetValue(family.Name, out var known))
                family = known;
            else
                _families.Add(family.Name, family);
        }

        listener.EnableMeasurementEvents(instrument, family);
    }
}
