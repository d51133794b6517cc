using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Lambda;

/// <summary>An error in the format in which Lambda passes it to the caller.</summary>
/// <param name="ErrorType">The exception's type.</param>
/// <param name="ErrorMessage">Its message.</param>
/// <param name="StackTrace">The lines of its stack trace.</param>
internal sealed record LambdaError(string ErrorType, string ErrorMessage, IReadOnlyList<string> StackTrace)
{
    internal static LambdaError From(Exception e) =>
        new(e.GetType().Name, e.Message, e.StackTrace?.Split(Environment.NewLine) ?? []);

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LambdaJson.Default.LambdaError);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LambdaError))]
internal sealed partial class LambdaJson : JsonSerializerContext;
