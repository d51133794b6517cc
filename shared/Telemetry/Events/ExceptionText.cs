using System.Text;

namespace Telemetry.Events;

/// <summary>
/// An exception's whole text. If its own <c>ToString</c> throws: the readable parts of it and of its inner exceptions.
/// </summary>
internal static class ExceptionText
{
    private const int MostInner = 16;

    internal static string? Read(Exception exception) => ForeignCode.Text(exception, static one =>
    {
        try
        {
            return ForeignCode.InvariantText(one);
        }
        catch (Exception)
        {
            return ReadParts(one);
        }
    });

    private static string ReadParts(Exception exception)
    {
        var text = new StringBuilder();
        Exception? inner = exception;
        for (var depth = 0; inner is not null && depth < MostInner; depth++, inner = inner.InnerException)
        {
            text.Append(depth == 0 ? "" : "\n ---> ").Append(inner.GetType()).Append(": ")
                .Append(ForeignCode.Text(inner, static one => one.Message)).Append('\n')
                .Append(ForeignCode.Text(inner, static one => one.StackTrace));
        }

        return text.ToString();
    }
}
