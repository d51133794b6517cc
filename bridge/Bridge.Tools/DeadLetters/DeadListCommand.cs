using System.CommandLine;
using System.Text;
using Bridge.RabbitMq.DeadLetters;

namespace Bridge.Tools.DeadLetters;

/// <summary><c>bridge dead list</c>.</summary>
internal static class DeadListCommand
{
    private const int DefaultLimit = 100;

    public static Command Create(ToolSettings settings)
    {
        var (reason, limit) = (DeadCommand.Reason(), DeadCommand.Limit(DefaultLimit));
        var json = new Option<bool>("--json")
        {
            Description = "One JSON object a line instead of a table; the summary goes to standard error",
        };
        var command = new DocumentedCommand("list", ToolHelp.DeadList, ToolHelp.DeadListDetails) { reason, limit, json };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(settings, parsed.GetValue(reason), parsed.GetValue(limit), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSettings settings, string? reason, int limit, bool json, CancellationToken cancellationToken)
    {
        await using var queue = await DeadCommand.OpenAsync(settings, cancellationToken);
        var shown = 0;
        await foreach (var letter in queue.ChooseAsync(reason, limit, cancellationToken))
        {
            if (shown++ == 0 && !json)
                Console.Out.WriteLine(Row("AT", "REASON", "DELIVERIES", "BYTES", "MESSAGE ID", "SOURCE", "DETAIL"));
            Console.Out.WriteLine(json ? Encoding.UTF8.GetString(DeadLetterJson.Write(letter, withPayload: false)) : Row(letter));
        }

        (json ? Console.Error : Console.Out).WriteLine($"{shown} shown of {queue.Count} dead letters");
        return ExitCodes.Succeeded;
    }

    private static string Row(KeptDeadLetter letter) => Row(
        letter.At.Length > 19 ? $"{letter.At[..19]}Z" : letter.At,
        letter.Reason,
        $"{letter.ReceiveCount}",
        $"{letter.Body.Length}",
        letter.MessageId,
        letter.Source ?? "",
        CommandErrors.OneLine(letter.Detail));

    private static string Row(
        string at, string reason, string deliveries, string bytes, string id, string source, string detail) =>
        $"{at,-20}  {reason,-13}  {deliveries,10}  {bytes,9}  {id,-52}  {source}  {detail}";
}
