namespace Bridge.Diagnostics;

/// <summary>Where health and metrics are served: the section <c>Bridge:Http</c>.</summary>
internal sealed record HttpOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Http";

    /// <summary>
    /// Address to listen on. Default <c>http://127.0.0.1:8080</c>: only this machine. In a container use <c>http://0.0.0.0:8080</c>;
    /// what is served there holds no secret and no payload.
    /// </summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Everything that is wrong, one line each.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.AbsolutePath != "/")
            yield return $"{Section}:Url is '{Url}': give http://ADDRESS:PORT";
    }
}
