using Microsoft.Extensions.Logging;

namespace Benchmarks;

/// <summary>A log as source generation writes it.</summary>
internal static partial class OrderLog
{
    [LoggerMessage(4711, LogLevel.Information, "order {OrderId} of {Customer} accepted: {Items} items, {Total} {Currency}")]
    internal static partial void Accepted(
        ILogger logger, long orderId, string customer, int items, double total, string currency);

    [LoggerMessage(4712, LogLevel.Debug, "order {OrderId} of {Customer} looked at")]
    internal static partial void LookedAt(ILogger logger, long orderId, string customer);
}
