using System.Reflection;
using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>Metrics of the process itself, under the names that Prometheus's own libraries use.</summary>
internal sealed class ProcessMetrics(TimeProvider clock)
{
    /// <summary>The version that runs.</summary>
    public static readonly string Version = typeof(ProcessMetrics).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static readonly string VersionLabel = PrometheusFormat.With("", "version", Version);

    private readonly long _began = clock.GetTimestamp();
    private readonly double _beganAt = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Writes its lines.</summary>
    public void WriteTo(StringBuilder text)
    {
        Gauge("bridge_build_info", "The version that runs; always 1", 1, VersionLabel);
        Gauge("bridge_uptime_seconds", "Time since the bridge began", clock.GetElapsedTime(_began).TotalSeconds);
        Gauge("process_start_time_seconds", "When the bridge began, in Unix time", _beganAt);
        Gauge("process_resident_memory_bytes", "Resident memory", Environment.WorkingSet);
        Counter("process_cpu_seconds_total", "User and system CPU time", CpuSeconds());
        Gauge("dotnet_gc_heap_size_bytes", "Managed memory in use", GC.GetTotalMemory(forceFullCollection: false));
        Counter("dotnet_gc_allocated_bytes_total", "Managed memory allocated", GC.GetTotalAllocatedBytes());
        WriteCollections(text);

        void Gauge(string name, string help, double value, string labels = "")
        {
            PrometheusFormat.Head(text, name, help, MetricKind.Gauge);
            PrometheusFormat.Sample(text, name, labels, value);
        }

        void Counter(string name, string help, double value)
        {
            PrometheusFormat.Head(text, name, help, MetricKind.Counter);
            PrometheusFormat.Sample(text, name, "", value);
        }
    }

    private static void WriteCollections(StringBuilder text)
    {
        const string Name = "dotnet_gc_collections_total";
        PrometheusFormat.Head(text, Name, "Garbage collections, by generation", MetricKind.Counter);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            var label = PrometheusFormat.With("", "generation", $"{generation}");
            PrometheusFormat.Sample(text, Name, label, GC.CollectionCount(generation));
        }
    }

    // The analyzers require the check; the bridge runs on neither platform.
    private static double CpuSeconds() =>
        OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() ? 0 : Environment.CpuUsage.TotalTime.TotalSeconds;
}
