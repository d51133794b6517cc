namespace Functions.Tests.Support;

/// <summary>A caller's trace.</summary>
internal static class Traces
{
    public const string Id = "0af7651916cd43dd8448eb211c80319c";
    public const string Span = "b7ad6b7169203331";
    public const string Parent = $"00-{Id}-{Span}-01";
}
