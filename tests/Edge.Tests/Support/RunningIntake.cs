using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Intakes;
using Bridge.Edge.Listening;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Tests.Support;

/// <summary>An intake on a real socket, in front of a list.</summary>
internal sealed class RunningIntake : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly MeterListener _meter = new();
    private readonly Dictionary<string, long> _metrics = [];
    private readonly IntakeService _service;
    private bool _isStopped;

    private RunningIntake(IntakeOptions options, TimeProvider clock, IEventCollector? collector)
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = _services.GetRequiredService<IMeterFactory>();
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == factory)
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.ToArray().FirstOrDefault(tag => tag.Key is "reason").Value as string ?? instrument.Name;
            _metrics[name] = value;
        });
        _meter.Start();
        _service = new IntakeService(
            [options],
            new IntakeFactory(_ => collector ?? Collector, new IntakeMetrics(factory), clock, NullLoggerFactory.Instance));
    }

    public ListCollector Collector { get; } = new();

    public IIntakeListener Listener => _service.Listeners[0];

    public IPEndPoint Address => IPEndPoint.Parse(Listener.Place);

    public static Task<RunningIntake> StartAsync(string url, TimeProvider? clock = null) =>
        StartAsync(new IntakeOptions { Url = url }, clock);

    public static async Task<RunningIntake> StartAsync(
        IntakeOptions options, TimeProvider? clock = null, IEventCollector? collector = null)
    {
        Assert.Empty(options.Validate("Bridge:Intakes:0"));
        var intake = new RunningIntake(options, clock ?? TimeProvider.System, collector);
        await intake._service.StartAsync(CancellationToken.None);
        return intake;
    }

    /// <summary>A counter by its name, or that of dropped messages by its reason.</summary>
    public long Metric(string name)
    {
        _meter.RecordObservableInstruments();
        return _metrics[name];
    }

    public void SendDatagrams(params IEnumerable<string> texts) => SendDatagrams(texts.Select(Encoding.UTF8.GetBytes));

    public void SendDatagrams(IEnumerable<byte[]> datagrams)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(Address);
        foreach (var datagram in datagrams)
            socket.Send(datagram);
    }

    /// <summary>Sends parts over one connection and closes it.</summary>
    public async Task SendStreamAsync(params IEnumerable<byte[]> parts)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
        await client.ConnectAsync(Address);
        foreach (var part in parts)
            await client.GetStream().WriteAsync(part);
    }

    public Task SendStreamAsync(string text) => SendStreamAsync(Encoding.UTF8.GetBytes(text));

    public Task ArrivedAsync(int count) =>
        Eventually.HoldsAsync(
            () => Collector.Count >= count, Eventually.Patience, () => $"{Collector.Count} of {count} events arrived");

    public async Task StopAsync()
    {
        _isStopped = true;
        await _service.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
            await StopAsync();
        _meter.Dispose();
        await _services.DisposeAsync();
    }
}
