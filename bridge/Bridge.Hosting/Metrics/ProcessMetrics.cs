using System.Reflection;
using System.Text;
using Telemetry.Listening;

namespace Bridge.Hosting.Metrics;

/// <summary>What is known of the process itself, under the names that Prometheus's own libraries use.</summary>
internal sealed class ProcessMetrics(TimeProvider clock)
{
    private static readonly string Version = PrometheusFormat.With(
        "", "version", typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    private readonly long _began = clock.GetTimestamp();
    private readonly double _beganAt = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Writes its lines.</summary>
    public void WriteTo(StringBuilder text)
    {
        Write(text, "bridge_build_info", "The version that runs; always 1", MetricKind.Gauge, 1, Version);
        Write(text, "bridge_uptime_seconds", "Time since the bridge began", MetricKind.Gauge, clock.GetElapsedTime(_began).TotalSeconds);
        Write(text, "process_start_time_seconds", "When the bridge began, in Unix time", MetricKind.Gauge, _beganAt);
        Write(text, "process_resident_memory_bytes", "Resident memory", MetricKind.Gauge, Environment.WorkingSet);
        Write(text, "process_cpu_seconds_total", "User and system CPU time", MetricKind.Counter, CpuSeconds());
        Write(text, "dotnet_gc_heap_size_bytes", "Managed memory in use", MetricKind.Gauge, GC.GetTotalMemory(forceFullCollection: false));
        Write(text, "dotnet_gc_allocated_bytes_total", "Managed memory allocated", MetricKind.Counter, GC.GetTotalAllocatedBytes());
        WriteCollections(text);
    }

    private static void WriteCollections(StringBuilder text)
    {
        const string Name = "dotnet_gc_collections_total";
        PrometheusFormat.Head(text, Name, "Garbage collections, by generation", MetricKind.Counter);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            PrometheusFormat.Sample(text, Name, PrometheusFormat.With("", "generation", $"{generation}"), GC.CollectionCount(generation));
    }

    // The runtime offers it on the platforms that the bridge runs on.
    private static double CpuSeconds() =>
        OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() ? 0 : Environment.CpuUsage.TotalTime.TotalSeconds;

    private static void Write(StringBuilder text, string name, string help, MetricKind kind, double value, string labels = "")
    {
        PrometheusFormat.Head(text, name, help, kind);
        PrometheusFormat.Sample(text, name, labels, value);
    }
}
