using System.Globalization;
using Bridge.CloudQueues;
using Bridge.Core.Publishing;
using Bridge.Edge.Intakes;
using Bridge.Edge.Spool;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Bridge.Tools;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>Checks everything that the bridge needs of its queues and its broker. Every check is bounded in time.</summary>
/// <param name="options">The valid configuration.</param>
/// <param name="clock">Measures every wait.</param>
/// <param name="isCommand">
/// True for the command <c>check</c>. It also checks the intakes, which are at work when a bridge starts, and finds the
/// broker's limit
/// on messages: this sends 16 MiB to the broker, which discards them.
/// </param>
internal sealed class BridgeChecks(BridgeOptions options, TimeProvider clock, bool isCommand = false)
{
    private static readonly TimeSpan SpoolTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(15);

    // A check that does not react to its cancellation within this time is not waited for.
    private static readonly TimeSpan CancellationTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Runs all checks.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>();
        foreach (var check in Start(cancellationToken))
            results.AddRange(await check);
        return results;
    }

    /// <summary>Starts all checks at once and returns them in the order of the data, queues first.</summary>
    public IReadOnlyList<Task<IReadOnlyList<CheckResult>>> Start(CancellationToken cancellationToken) =>
    [
        .. isCommand && options.Intakes.Count > 0
            ? [BoundedAsync("intakes", over: "", CheckIntakesAsync, cancellationToken)]
            : (IEnumerable<Task<IReadOnlyList<CheckResult>>>)[],
        .. options.Endpoints().Select(queue => BoundedAsync(
            $"queue {queue}", NetworkFailure.Over(queue.Url), token => CheckQueueAsync(queue, token), cancellationToken)),
        BoundedAsync($"broker {options.RabbitMq.DisplayUri}", over: "", CheckBrokerAsync, cancellationToken),
    ];

    private async Task<IReadOnlyList<CheckResult>> CheckIntakesAsync(CancellationToken cancellationToken)
    {
        var problem = await SpoolCheck.RunAsync(options.Spool, options.SpoolKey(), clock, SpoolTimeout, cancellationToken);
        return
        [
            .. options.Intakes.Select((intake, index) => IntakeCheck.Run(index, intake))
                .Select(result => new CheckResult(result.Name, result.Error) { Warning = result.Warning }),
            new CheckResult($"spool {options.Spool.Directory}", problem),
        ];
    }

    private static async Task<IReadOnlyList<CheckResult>> CheckQueueAsync(
        QueueEndpoint queue, CancellationToken cancellationToken)
    {
        await using var receiver = QueueClients.OpenReceiver(queue);
        var findings = await receiver.CheckAsync(cancellationToken);
        return
        [
            .. findings.Select(finding => new CheckResult(
                $"queue {queue}: {finding.Operation}", finding.Error?.Message, finding.Error is { } error && MayPass(error))),
            .. findings.SelectMany(finding => finding.Warnings)
                .Select(warning => new CheckResult($"queue {queue}") { Warning = warning }),
        ];
    }

    // At the start an unknown host name is most likely a typing error, so waiting does not help.
    private static bool MayPass(QueueException error) =>
        error.Failure is { IsTransient: true, IsUnknownName: false };

    private async Task<IReadOnlyList<CheckResult>> CheckBrokerAsync(CancellationToken cancellationToken)
    {
        // A bridge without queues has no chunk partitions, and those of other bridges are not its business.
        var partitions = options.ChunkPartitions;
        var topology = new BrokerTopology(options.RabbitMq.Exchange, partitions, options.RuleExchanges());
        var audit = partitions == 0 ? null : new TopologyAudit(topology, partitions, options.RabbitMq, clock);
        var probe = new BrokerProbe(new BrokerConnector(options.RabbitMq, clock), topology, audit);
        var findings = await probe.CheckAsync(cancellationToken);
        var results = findings.Select(finding => new CheckResult(
            $"broker {options.RabbitMq.DisplayUri}: {finding.Name}", finding.Fault?.Message, finding.Fault?.IsTransient ?? false)
        {
            Warning = finding.Warning,
        }).ToList();
        if (isCommand && findings.All(finding => finding.IsOk))
            results.AddRange(await FindMessageLimitAsync(cancellationToken));
        return results;
    }

    private async Task<IEnumerable<CheckResult>> FindMessageLimitAsync(CancellationToken cancellationToken)
    {
        var limit = await BrokerProbe.FindMessageLimitAsync(new BrokerConnector(options.RabbitMq, clock), cancellationToken);
        return limit is null ? [] :
        [
            new CheckResult($"broker {options.RabbitMq.DisplayUri}: message size")
            {
                Warning = string.Create(
                    CultureInfo.InvariantCulture,
                    $"the broker takes messages of {limit} bytes at most (max_message_size): a larger event, or chunk of a"
                        + $" batch, is not published but kept in {BridgeQueues.Dead}, in parts; raise the limit in rabbitmq.conf"
                        + $" if there are larger ones"),
            },
        ];
    }

    private async Task<IReadOnlyList<CheckResult>> BoundedAsync(
        string name,
        string over,
        Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> check,
        CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(CheckTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            return await check(both.Token).WaitAsync(CheckTimeout + CancellationTimeout, clock, cancellationToken);
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested && (exception is TimeoutException || time.IsCancellationRequested))
        {
            var error = $"gave no complete answer within {CheckTimeout.TotalSeconds} s{over}";
            return [new CheckResult(name, error, IsTransient: true)];
        }
    }
}

/// <summary>The result of one check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Error">One line with the remedy; null when the check succeeded.</param>
/// <param name="IsTransient">True when the error may disappear by itself.</param>
internal sealed record CheckResult(string Name, string? Error = null, bool IsTransient = false)
{
    /// <summary>For a check that succeeded: one line about what is unwise, with the remedy; null when nothing is.</summary>
    public string? Warning { get; init; }

    /// <summary>The line that <c>bridge check</c> prints.</summary>
    public override string ToString() => (Error, Warning) switch
    {
        ({ } error, _) => $"FAIL {Name}: {CommandErrors.OneLine(error)}",
        (_, { } warning) => $"WARN {Name}: {CommandErrors.OneLine(warning)}",
        _ => $"ok   {Name}",
    };
}
