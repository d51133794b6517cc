using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Core.Diagnostics;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>
/// Exports the meter <c>Bridge</c> in the Prometheus text format 0.0.4. It adds up from its construction on: build it before the
/// first instrument. Recording takes no lock and allocates nothing once a series exists.
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

    /// <param name="factory">Whose meter is exported: others of that name in the process are not.</param>
    /// <param name="clock">For the uptime.</param>
    public MetricsExporter(IMeterFactory factory, TimeProvider clock)
    {
        _factory = factory;
        _process = new ProcessMetrics(clock);
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>The metrics as they are now.</summary>
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

    /// <summary>The numbers as they are now, by the metrics' names in Prometheus; histograms have none.</summary>
    public MetricValues Read()
    {
        lock (_gate)
        {
            _listener.RecordObservableInstruments();
            return new MetricValues(_families.ToDictionary(
                family => family.Key,
                family => (IReadOnlyList<MetricValue>)[.. family.Value.Series.Where(one => one.Value is not null).Select(one => new MetricValue(one.Tags, one.Value!.Value))],
                StringComparer.Ordinal));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (!string.Equals(instrument.Meter.Name, MessagingAttributes.Scope, StringComparison.Ordinal) || instrument.Meter.Scope != _factory)
            return;
        if (MetricKinds.Of(instrument) is not { } kind)
            return;

        var family = MetricFamily.Of(instrument, kind);
        lock (_gate)
        {
            // Several observable instruments, one a queue, are one family.
            if (_families.TryGetValue(family.Name, out var known))
                family = known;
            else
                _families.Add(family.Name, family);
        }

        listener.EnableMeasurementEvents(instrument, family);
    }
}
