namespace Orders.Model;

/// <summary>
/// Checks orders. With these limits, every total fits into a <see cref="decimal"/>, and the largest order fits into one telemetry
/// event of 16 MiB.
/// </summary>
internal static class OrderRules
{
    internal const int MostLines = 20_000;
    internal const int LongestName = 64;
    internal const int MostPieces = 1_000_000;
    internal const decimal HighestPrice = 1_000_000_000m;

    /// <summary>Null, or the first problem with its place in the document.</summary>
    internal static string? Check(Order order)
    {
        if (CheckName("customer", order.Customer) is { } problem)
            return problem;
        if (order.Lines is not { Count: > 0 } lines)
            return "lines is missing or empty: an order has at least one line";
        if (lines.Count > MostLines)
            return $"lines holds {lines.Count} lines: an order has at most {MostLines}, split it";
        for (var i = 0; i < lines.Count; i++)
        {
            if (CheckLine($"lines[{i}]", lines[i]) is { } lineProblem)
                return lineProblem;
        }

        return null;
    }

    private static string? CheckLine(string place, OrderLine? line) => line switch
    {
        null => $"{place} is null: a line is an object with sku, quantity and price",
        { Quantity: null } => $"{place}.quantity is missing",
        { Quantity: < 1 or > MostPieces } => $"{place}.quantity is {line.Quantity}: it must be from 1 to {MostPieces}",
        { Price: null } => $"{place}.price is missing",
        { Price: < 0 or > HighestPrice } => $"{place}.price is {line.Price}: it must be from 0 to {HighestPrice}",
        _ => CheckName($"{place}.sku", line.Sku),
    };

    private static string? CheckName(string place, string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return $"{place} is missing or empty";
        return name.Length <= LongestName ? null : $"{place} has {name.Length} characters: at most {LongestName} are allowed";
    }
}
