using Bridge.Core.Running;
using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Bridge.Edge.Formats.Gelf;
using Bridge.Edge.Formats.Pickle;
using Bridge.Edge.Formats.Syslog;
using Bridge.Edge.Framing;
using Bridge.Edge.Listening;
using Microsoft.Extensions.Logging;

namespace Bridge.Edge.Intakes;

/// <summary>Opens the collector of an intake.</summary>
internal delegate IEventCollector OpenCollector(IntakeOptions options);

/// <summary>Puts an intake together from its options.</summary>
internal sealed class IntakeFactory(OpenCollector openCollector, IntakeMetrics metrics, TimeProvider clock, ILoggerFactory logs)
{
    // Of messages longer than 16 KiB whose end has not arrived, for all connections of an intake.
    private const long MostHeld = 32 * 1024 * 1024;

    /// <summary>The listener, not started.</summary>
    /// <param name="options">Valid options.</param>
    public IIntakeListener Create(IntakeOptions options)
    {
        var endpoint = options.Endpoint;
        var counters = new IntakeCounters();
        metrics.Observe(endpoint, counters);
        var intake = new EventIntake(
            endpoint,
            Format(options, counters),
            new ConstantMembers(options.Members),
            openCollector(options),
            counters,
            logs.CreateLogger<EventIntake>());
        return endpoint.IsDatagram
            ? new DatagramListener(options, intake, counters, clock, logs.CreateLogger<DatagramListener>())
            : new StreamListener(options, Handler(options, intake, counters), counters, logs);
    }

    private static IMessageFormat Format(IntakeOptions options, IntakeCounters counters) => options.Endpoint.Format switch
    {
        IntakeFormat.Lines => new LinesFormat(),
        IntakeFormat.Syslog or IntakeFormat.Relp => new SyslogFormat(options.KeepRaw, hasHost: options.Endpoint.Path is null),
        IntakeFormat.Pickle => new PickleFormat(hasPrefix: options.Endpoint.IsDatagram, options.MaxBytes),
        _ => new GelfFormat(options.MaxBytes, counters),
    };

    private IConnectionHandler Handler(IntakeOptions options, EventIntake intake, IntakeCounters counters)
    {
        var budget = new ByteBudget(MostHeld);
        if (options.Endpoint.Format is IntakeFormat.Relp)
            return new RelpHandler(options, budget, intake, counters, clock);
        return new FrameHandler(() => Frames(options, budget), intake, counters, options.IdleTimeout, clock);
    }

    private static IFrameReader Frames(IntakeOptions options, ByteBudget budget) => options.Endpoint.Format is IntakeFormat.Pickle
        ? new LengthFrames(options.MaxBytes, budget)
        : new TextFrames(FramingOf(options), options.MaxBytes, budget);

    // A line of text may begin like a counted message.
    private static StreamFraming FramingOf(IntakeOptions options) => (options.Framing, options.Endpoint.Format) switch
    {
        (StreamFraming.Auto, IntakeFormat.Lines) => StreamFraming.Lf,
        (StreamFraming.Auto, IntakeFormat.Gelf) => StreamFraming.Nul,
        var (framing, _) => framing,
    };
}
