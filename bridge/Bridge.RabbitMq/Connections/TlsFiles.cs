using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.RabbitMq.Connections;

/// <summary>Reads the certificates that <see cref="RabbitMqOptions"/> names.</summary>
internal static class TlsFiles
{
    private const string PemMark = "-----BEGIN ";

    /// <summary>The authorities that the broker's certificate may come from; null where the system's are meant.</summary>
    /// <exception cref="InvalidDataException">
    /// The file cannot be used; the message is one line with key, path and remedy.
    /// </exception>
    public static X509Certificate2Collection? ReadAuthorities(RabbitMqOptions options)
    {
        const string Remedy =
            "give a file of PEM certificates, those of the authorities that the broker's certificate comes from";
        if (options.CaFile is not { } path)
            return null;
        var authorities = Read(nameof(options.CaFile), path, Remedy, () =>
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(path);
            return found;
        });
        return authorities.Count > 0
            ? authorities
            : throw Unusable(nameof(options.CaFile), path, "holds no PEM certificate", Remedy);
    }

    /// <summary>The certificate that the bridge shows, with its private key; null where it shows none.</summary>
    /// <exception cref="InvalidDataException">
    /// A file cannot be used; the message is one line with key, path and remedy.
    /// </exception>
    public static X509Certificate2? ReadClientCertificate(RabbitMqOptions options)
    {
        const string Remedy = "give a PEM certificate with its key in the same file or in ClientKeyFile, or a PFX file;"
            + " the password of an encrypted key or PFX goes into ClientKeyPassword";
        if (options.ClientCertificateFile is not { } path)
            return null;

        // The file that is missing is named by its own key.
        if (options.ClientKeyFile is { } key)
            Read(nameof(options.ClientKeyFile), key, Remedy, () => File.ReadAllBytes(key));
        var certificate = Read(nameof(options.ClientCertificateFile), path, Remedy, () => Load(path, options));
        if (certificate.HasPrivateKey)
            return certificate;
        certificate.Dispose();
        throw Unusable(nameof(options.ClientCertificateFile), path, "has no private key with it", Remedy);
    }

    private static X509Certificate2 Load(string path, RabbitMqOptions options)
    {
        if (!File.ReadAllText(path).Contains(PemMark, StringComparison.Ordinal))
            return X509CertificateLoader.LoadPkcs12FromFile(path, options.ClientKeyPassword);
        return options.ClientKeyPassword is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.ClientKeyFile)
            : X509Certificate2.CreateFromPemFile(path, options.ClientKeyFile);
    }

    private static T Read<T>(string key, string path, string remedy, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unusable(key, path, "is missing", remedy, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(key, path, "cannot be read", $"make it a file that the bridge may read; {remedy}", exception);
        }
        catch (CryptographicException exception)
        {
            throw Unusable(key, path, $"cannot be used ({FailureText.Redacted(exception)})", remedy, exception);
        }
    }

    private static InvalidDataException Unusable(string key, string path, string what, string remedy, Exception? cause = null) =>
        new($"{RabbitMqOptions.Section}:{key} is '{path}', which {what}: {remedy}", cause);
}
