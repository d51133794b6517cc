using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Edge.Configuration;

/// <summary>The certificates that an intake's settings name.</summary>
internal static class CertificateFiles
{
    /// <summary>What is wrong with the files, one line each. No text of theirs is in it.</summary>
    public static IEnumerable<string> Problems(IntakeOptions options)
    {
        if (options.CertificateFile is { } certificate && Problem(() => ReadServer(options).Dispose()) is { } server)
        {
            yield return $"CertificateFile is '{certificate}' {KeyPart(options)}and cannot be used ({server}): give PEM files of"
                + " a certificate and of its unencrypted private key that the process may read";
        }

        if (options.ClientCaFile is { } authorities && Problem(() => ReadAuthorities(authorities)) is { } problem)
        {
            yield return $"ClientCaFile is '{authorities}' and cannot be used ({problem}): give a PEM file of the authorities'"
                + " certificates";
        }
    }

    /// <summary>The server's certificate with its private key.</summary>
    public static X509Certificate2 ReadServer(IntakeOptions options) =>
        X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile ?? options.CertificateFile);

    /// <summary>The certificates that the server sends beside its own.</summary>
    public static X509Certificate2Collection ReadChain(IntakeOptions options)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile!);
        return chain;
    }

    /// <summary>The authorities that clients' certificates must come from.</summary>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
    }

    private static string KeyPart(IntakeOptions options) => options.KeyFile is { } key ? $"with KeyFile '{key}' " : "";

    // The exceptions' own texts may quote the files.
    private static string? Problem(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "no such file";
        }
        catch (UnauthorizedAccessException)
        {
            return "no permission to read it";
        }
        catch (Exception exception) when (exception is IOException or CryptographicException or ArgumentException)
        {
            return "no usable PEM";
        }
    }
}
