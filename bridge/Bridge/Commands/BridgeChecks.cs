using System.Globalization;
using Bridge.CloudQueues;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Telemetry.Queues;

namespace Bridge.Commands;

/// <summary>Tries everything that the bridge needs of its queues and its broker. Every check is bounded in time.</summary>
/// <param name="options">The configuration, valid.</param>
/// <param name="clock">Every wait.</param>
/// <param name="findsMessageLimit">
/// Whether to send 16 MiB, which are discarded, to find out the broker's limit on messages.
/// </param>
internal sealed class BridgeChecks(BridgeOptions options, TimeProvider clock, bool findsMessageLimit = false)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // What does not even react to its cancellation is left behind.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Tries everything.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>();
        foreach (var check in Start(cancellationToken))
            results.AddRange(await check);
        return results;
    }

    /// <summary>Begins all checks at once; gives them in the order of the data, queues first.</summary>
    public IReadOnlyList<Task<IReadOnlyList<CheckResult>>> Start(CancellationToken cancellationToken) =>
    [
        .. options.Endpoints().Select(queue => BoundedAsync(
            $"queue {queue}", NetworkFailure.Over(queue.Url), token => CheckQueueAsync(queue, token), cancellationToken)),
        BoundedAsync($"broker {options.RabbitMq.DisplayUri}", over: "", CheckBrokerAsync, cancellationToken),
    ];

    private static async Task<IReadOnlyList<CheckResult>> CheckQueueAsync(QueueEndpoint queue, CancellationToken cancellationToken)
    {
        await using var receiver = QueueClients.OpenReceiver(queue);
        var findings = await receiver.CheckAsync(cancellationToken);
        return
        [
            .. findings.Select(finding => new CheckResult(
                $"queue {queue}: {finding.Operation}", finding.Error?.Message, finding.Error is { } error && MayPass(error))),
            .. findings.SelectMany(finding => finding.Warnings).Select(warning => new CheckResult($"queue {queue}") { Warning = warning }),
        ];
    }

    // A name that does not exist is a typing error to the one who starts a bridge; later it is the name service's trouble.
    private static bool MayPass(QueueException error) =>
        error.Failure is { IsTransient: true, IsUnknownName: false };

    private async Task<IReadOnlyList<CheckResult>> CheckBrokerAsync(CancellationToken cancellationToken)
    {
        var topology = new BrokerTopology(
            options.RabbitMq.Exchange, options.Assemble.Partitions, options.RuleExchanges());
        var findings = await new BrokerProbe(
            new BrokerConnector(options.RabbitMq, clock), topology, new TopologyAudit(topology, options.Assemble.Partitions, options.RabbitMq, clock))
            .CheckAsync(cancellationToken);
        var results = findings.Select(finding => new CheckResult(
            $"broker {options.RabbitMq.DisplayUri}: {finding.Name}", finding.Fault?.Message, finding.Fault?.IsTransient ?? false)
        {
            Warning = finding.Warning,
        }).ToList();
        if (findsMessageLimit && findings.All(finding => finding.IsOk))
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
                        + $" batch, is not published but"
                        + $" kept in {BridgeQueues.Dead}, in parts; raise it in rabbitmq.conf where there are larger ones"),
            },
        ];
    }

    private async Task<IReadOnlyList<CheckResult>> BoundedAsync(
        string name,
        string over,
        Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> check,
        CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            return await check(both.Token).WaitAsync(Patience + Grace, clock, cancellationToken);
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested && (exception is TimeoutException || time.IsCancellationRequested))
        {
            return [new CheckResult(name, $"gave no complete answer within {Patience.TotalSeconds} s{over}", IsTransient: true)];
        }
    }
}
