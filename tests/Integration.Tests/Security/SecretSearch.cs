using System.Text;

namespace Integration.Tests.Security;

/// <summary>
/// Finds what must not be shown in what was: as it is, percent-encoded, as hexadecimal and as Base64, alone or within a longer
/// text.
/// </summary>
internal sealed class SecretSearch
{
    private readonly List<(string Name, string Form)> _forms = [];

    /// <summary>Adds a secret.</summary>
    /// <param name="name">What a finding calls it.</param>
    /// <param name="secret">At least 8 characters, like nothing else that is shown.</param>
    public void Add(string name, string secret)
    {
        Assert.True(secret.Length >= 8, name);
        var bytes = Encoding.UTF8.GetBytes(secret);
        Add(
            name, secret, Uri.EscapeDataString(secret), Uri.EscapeDataString(secret).ToLowerInvariant(),
            Convert.ToHexString(bytes));
        Add(name, [.. Enumerable.Range(0, 3).Select(offset => InnerBase64(bytes, offset))]);

        // A key that is given as Base64 must not come out as its bytes in another form either.
        var key = new byte[secret.Length];
        if (Convert.TryFromBase64String(secret, key, out var count))
            Add(name, Convert.ToHexString(key.AsSpan(0, count)), secret.Replace('+', '-').Replace('/', '_'));
    }

    /// <summary>One line for each secret that the text holds.</summary>
    public IEnumerable<string> Find(string where, string text) => _forms
        .Where(form => text.Contains(form.Form, StringComparison.OrdinalIgnoreCase))
        .Select(form => $"{where} holds {form.Name} as {form.Form}");

    private void Add(string name, params IEnumerable<string> forms) =>
        _forms.AddRange(forms.Distinct(StringComparer.Ordinal).Select(form => (name, form)));

    // Of the characters that depend on these bytes alone, wherever they begin within a group of three.
    private static string InnerBase64(byte[] bytes, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
        var first = (offset * 8 + 5) / 6;
        return text[first..^1];
    }
}
