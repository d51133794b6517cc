using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orders.Model;

/// <summary>JSON of this library, generated at build time: no reflection at start, and it trims clean.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(Problem))]
public sealed partial class OrdersJson : JsonSerializerContext;

/// <summary>JSON of the messages between functions: other than a caller's order, one that lacks a member is broken.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(InventoryChange))]
public sealed partial class MessagesJson : JsonSerializerContext;
