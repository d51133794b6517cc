using System.Text.Json.Nodes;

namespace Local.Demo;

/// <summary>Orders for the functions: the body of <c>POST /api/orders</c>.</summary>
internal static class SampleOrders
{
    // Article numbers of 40 random characters hardly compress: sealed, such an order's event has some 330,000 bytes,
    // more than one message of either queue takes.
    private const int LargeOrderLines = 10_000;
    private const int SkuLength = 40;

    /// <summary>An order of one to five lines.</summary>
    public static string Small(int number) => Order($"customer-{number}", 1 + (number % 5));

    /// <summary>An order that travels in several queue messages.</summary>
    public static string Large(int number) => Order($"wholesaler-{number}", LargeOrderLines);

    private static string Order(string customer, int lines)
    {
        var all = new JsonArray();
        for (var line = 0; line < lines; line++)
        {
            var sku = Random.Shared.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", SkuLength);
            all.Add(new JsonObject { ["sku"] = sku, ["quantity"] = 1 + (line % 9), ["price"] = 9.5 + (line % 100) });
        }

        return new JsonObject { ["customer"] = customer, ["lines"] = all }.ToJsonString();
    }
}
