using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orders.Model;

/// <summary>JSON of this library, generated at build time: no reflection at start, and it trims clean.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(Problem))]
public sealed partial class OrdersJson : JsonSerializerContext;
