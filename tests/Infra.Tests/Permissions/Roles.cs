using System.Text.Json;

namespace Infra.Tests.Permissions;

/// <summary>What the templates' roles allow.</summary>
internal static class Roles
{
    /// <summary>The actions of the statement with this Sid in an IAM policy; whether it is conditional does not matter.</summary>
    public static IReadOnlyList<string> Actions(JsonElement policy, string sid)
    {
        var statements = policy.GetProperty("Statement").EnumerateArray()
            .Select(statement => statement.TryGetProperty("__if_true", out var conditional) ? conditional : statement);
        var action = statements.Single(statement => statement.GetProperty("Sid").GetString() == sid).GetProperty("Action");
        return action.ValueKind is JsonValueKind.Array ? Texts(action) : [action.GetString()!];
    }

    /// <summary>The texts of a list, sorted.</summary>
    public static IReadOnlyList<string> Texts(JsonElement list) =>
        [.. list.EnumerateArray().Select(item => item.GetString()!).Order(StringComparer.Ordinal)];
}
