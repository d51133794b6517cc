using System.Reflection;
using Infra.Tests.Layout;
using Infra.Tests.Permissions;
using Microsoft.Extensions.Logging;

namespace Infra.Tests.Texts;

/// <summary>
/// No text of an exception of others reaches an error, a log or an event: it may quote a proxy's password, a request with its
/// token, or a payload. Read from the compiled code: whatever becomes text of an exception goes through <c>FailureText</c>, or
/// the exception's type is ours.
/// </summary>
public sealed class ForeignTextTests
{
    private static readonly string[] Libraries =
    [
        "Telemetry", "Telemetry.Wire", "Telemetry.Aws", "Telemetry.Azure", "Telemetry.Extensions", "Telemetry.Functions",
        "Telemetry.Lambda", "Telemetry.Otlp",
    ];

    private static readonly Assembly[] Ours = [.. BridgeAssemblies.All, .. Libraries.Select(Assembly.Load)];

    // Types whose exceptions are ours although their class is not, or that are about the application's own exceptions.
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["FailureText"] = "the one place that does it, without secrets",
        ["TelemetryEvent"] = "an exception that the application sends on purpose; it is redacted as all of an event",
        ["ExceptionText"] = "the same: an exception that is sent",
        ["TelemetryOptions"] = "FormatException of its own parsers",
        ["TelemetryQueue"] = "FormatException of TelemetryOptions",
        ["LambdaError"] = "an exception of the function, which Lambda's contract hands to the caller",
        ["LambdaRuntime"] = "the same, on standard error, which is the function's own log",
        ["SqsEvents"] = "the same",
        ["MasterKey"] = "ArgumentException of its own constructor",
        ["BridgeOptions"] = "FormatException of MasterKey and RoutingKeyTemplate",
        ["CommandArguments"] = "FormatException of MasterKey",
        ["CommandErrors"] = "exceptions whose type is asked for, which are ours",
        ["SqsFailures"] = "looks for a name in a text of the service; passes none of it on",
        ["BrokerTls"] = "InvalidDataException of TlsFiles",
        ["EventExpression"] = "ExpressionException of its own parser",
        ["BatchSpool"] = "SpoolDamageException and SpoolInUseException, which are ours",
    };

    [Fact]
    public void No_text_of_an_exception_of_others_is_passed_on() => Assert.Equal("", string.Join(
        Environment.NewLine,
        Methods()
            .Where(method => !Allowed.ContainsKey(OutermostOf(method).Name))
            .SelectMany(Offences)
            .Distinct(StringComparer.Ordinal)));

    [Fact]
    public void Nothing_is_allowed_that_does_not_happen() => Assert.Empty(Allowed.Keys.Except(
        Methods().Where(method => Offences(method).Any()).Select(method => OutermostOf(method).Name),
        StringComparer.Ordinal));

    [Theory]
    [InlineData(nameof(Planted.Message))]
    [InlineData(nameof(Planted.Text))]
    [InlineData(nameof(Planted.Interpolated))]
    [InlineData(nameof(Planted.Logged))]
    public void What_passes_one_on_is_found(string planted) =>
        Assert.NotEmpty(Offences(typeof(Planted).GetMethod(planted)!));

    [Fact]
    public void The_text_of_an_exception_of_ours_is_no_offence() =>
        Assert.Empty(Offences(typeof(Planted).GetMethod(nameof(Planted.Ours))!));

    private static IEnumerable<MethodBase> Methods() => Ours.SelectMany(CallGraph.MethodsOf);

    private static IEnumerable<string> Offences(MethodBase method)
    {
        var where = $"{method.DeclaringType!.FullName}.{method.Name}";
        if (method.GetCustomAttribute<LoggerMessageAttribute>() is not null && TakesException(method))
            yield return $"{where} logs an exception as it is";
        foreach (var (called, on) in Instructions.Of(method).Calls)
        {
            if (called.Name is "get_Message" && called.DeclaringType == typeof(Exception) && (on is null || IsForeign(on)))
                yield return $"{where} reads the text of {on?.Name ?? "an exception"}";
            else if (called.Name is nameof(ToString) && called.GetParameters().Length == 0 && on is not null && IsForeign(on))
                yield return $"{where} turns {on.Name} into text";
            else if (called.Name is "AppendFormatted" && called.IsGenericMethod && IsForeign(called.GetGenericArguments()[0]))
                yield return $"{where} writes {called.GetGenericArguments()[0].Name} into a text";
            else if (called.DeclaringType == typeof(LoggerExtensions) && TakesException(called))
                yield return $"{where} logs an exception as it is";
        }
    }

    private static bool TakesException(MethodBase method) =>
        method.GetParameters().Any(parameter => IsForeign(parameter.ParameterType));

    private static bool IsForeign(Type type) =>
        typeof(Exception).IsAssignableFrom(type) && !Ours.Contains(type.Assembly);

    private static Type OutermostOf(MethodBase method)
    {
        var type = method.DeclaringType!;
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    private static class Planted
    {
        public static string Message(HttpRequestException e) => e.Message;

        public static string Text(Exception e) => e.ToString();

        public static string Interpolated(Exception e) => $"failed: {e}";

        public static void Logged(ILogger log, Exception e) => log.LogError(e, "failed");

        public static string Ours(Telemetry.Queues.QueueException e) => e.Message;
    }
}
