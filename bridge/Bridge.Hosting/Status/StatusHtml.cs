using System.Security.Cryptography;
using System.Text;

namespace Bridge.Hosting.Status;

/// <summary>The page as one file, and the security policy by which a browser runs only the script and styles inside it.</summary>
internal sealed class StatusHtml
{
    public StatusHtml()
    {
        var (style, script) = (Resource("page.css"), Resource("page.js"));
        var html = Resource("page.html")
            .Replace("<!-- style -->", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("<!-- script -->", $"<script>{script}</script>", StringComparison.Ordinal);
        Html = Encoding.UTF8.GetBytes(html);
        Policy = $"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; img-src data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>The page, UTF-8.</summary>
    public ReadOnlyMemory<byte> Html { get; }

    /// <summary>Value of the header <c>Content-Security-Policy</c>.</summary>
    public string Policy { get; }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(StatusHtml).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
