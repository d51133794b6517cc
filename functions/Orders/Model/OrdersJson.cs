using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orders.Model;

/// <summary>
/// The JSON of this library. Its code is generated at build time, so it needs no reflection and can be trimmed.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(Problem))]
public sealed partial class OrdersJson : JsonSerializerContext;

/// <summary>The JSON of the messages between functions. Every member must be present, unlike in a caller's order.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(InventoryChange))]
public sealed partial class MessagesJson : JsonSerializerContext;
