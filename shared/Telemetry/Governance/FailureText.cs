using System.Net.Sockets;
using System.Text;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Wire;
using static System.FormattableString;

namespace Telemetry.Governance;

/// <summary>
/// Turns exceptions of libraries into text; no other code does. Their own texts may quote addresses with passwords, requests with
/// tokens, and payloads.
/// </summary>
internal static class FailureText
{
    private static readonly TextRedactor Redactor = new(RedactionPatterns.All, new SecretNames(RedactionOptions.Default.Names));

    /// <summary>
    /// The text of an exception that is safe to show: our exceptions' own text, for all others the result of <see
    /// cref="TypesOf"/>.
    /// </summary>
    internal static string Of(Exception exception) => exception is QueueException ? exception.Message : TypesOf(exception);

    /// <summary>The types of an exception and its causes, with the codes that they have.</summary>
    internal static string TypesOf(Exception exception)
    {
        var code = exception switch
        {
            SocketException socket => $" ({socket.SocketErrorCode})",
            HttpRequestException { StatusCode: { } status } => Invariant($" ({(int)status})"),
            HttpRequestException http => $" ({http.HttpRequestError})",
            _ => "",
        };
        var type = exception.GetType().Name + code;
        return exception.InnerException is { } inner ? $"{type} because of {TypesOf(inner)}" : type;
    }

    /// <summary>The same, with the calls that led there, on lines of their own.</summary>
    internal static string WithCalls(Exception exception)
    {
        var text = new StringBuilder(TypesOf(exception));
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            text.AppendLine().Append(cause.StackTrace);
        return text.ToString();
    }

    /// <summary>
    /// An exception's own text on one line, without the secrets that redaction knows: for errors of files and of the
    /// application's own code.
    /// </summary>
    internal static string Redacted(Exception exception)
    {
        var text = Encoding.UTF8.GetBytes(exception.Message.ReplaceLineEndings(" ").Trim());
        using var redacted = new PooledBytes(text.Length);
        return Encoding.UTF8.GetString(Redactor.TryRedact(text, redacted) ? redacted.Span : text);
    }
}
