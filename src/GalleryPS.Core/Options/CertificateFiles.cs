using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GalleryPS;

/// <summary>Where certificates come from: files, the system's store, or a moment ago.</summary>
internal static class CertificateFiles
{
    /// <summary>The certificate that options name.</summary>
    /// <param name="options">The options.</param>
    /// <param name="others">Gets those that came with it.</param>
    /// <returns>The certificate with its key; null when none is named.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CertificateUnusable"/>.</exception>
    public static X509Certificate2? Of(TlsOptions options, X509Certificate2Collection others)
    {
        if (options.CertificatePath is { } path) return FromFile(path, options.CertificatePassword?.Text, others);
        if (options.Certificate is { HasPrivateKey: false } lacking) throw NoKey(lacking.Subject);
        return options.Certificate;
    }

    /// <summary>The thumbprint of a certificate as it is written here: SHA-256 in hexadecimal digits.</summary>
    public static string Thumbprint(X509Certificate certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Digits only, in capitals.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is no SHA-256.</exception>
    public static string Normal(string thumbprint)
    {
        string digits = string.Concat(thumbprint.Where(static c => !char.IsWhiteSpace(c) && c is not (':' or '-') && !char.IsControl(c) && c != '\u200E')).ToUpperInvariant();
        if (digits.Length == 64 && digits.All(char.IsAsciiHexDigit)) return digits;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
            $"'{thumbprint}' is not a SHA-256 thumbprint{(digits.Length == 40 ? " (its length is that of SHA-1)" : "")}.", thumbprint,
            "Give the 64 digits that the other side prints, or that 'openssl x509 -noout -fingerprint -sha256' prints.");
    }

    public static X509Certificate2 FromStore(string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        string digits = string.Concat(written.Where(char.IsAsciiLetterOrDigit));
        foreach (StoreLocation location in (StoreLocation[])[StoreLocation.CurrentUser, StoreLocation.LocalMachine])
        {
            try
            {
                using var store = new X509Store(StoreName.My, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                X509Certificate2? found = store.Certificates
                    .Where(c => c.HasPrivateKey && (Is(c, digits) || c.Subject.Contains(written, StringComparison.OrdinalIgnoreCase)))
                    .MaxBy(static c => c.NotAfter);
                if (found is not null) return found;
            }
            catch (CryptographicException)
            {
                // There is no such store.
            }
        }

        throw new GalleryException(
            ErrorIds.CertificateUnusable, GalleryErrorCategory.ObjectNotFound, $"There is no certificate '{written}' with a private key in the system's store.", written,
            "Give its thumbprint or its subject, or the file that it is in (-CertificatePath).");
    }

    /// <summary>Makes a certificate that signs itself, for as long as this process needs it.</summary>
    public static X509Certificate2 MakeSelfSigned(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(Environment.MachineName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        DateTimeOffset now = time.GetUtcNow();

        // The clocks of hosts differ.
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return Usable(made);
    }

    private static bool Is(X509Certificate2 certificate, string digits) =>
        digits.Equals(Thumbprint(certificate), StringComparison.OrdinalIgnoreCase) || digits.Equals(certificate.Thumbprint, StringComparison.OrdinalIgnoreCase);

    private static X509Certificate2 FromFile(string path, string? password, X509Certificate2Collection others)
    {
        try
        {
            X509Certificate2 certificate;
            if (X509Certificate2.GetCertContentType(path) is X509ContentType.Pfx)
            {
                X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
                certificate = all.FirstOrDefault(static c => c.HasPrivateKey) ?? throw NoKey(path);
                others.AddRange(all.Where(c => !ReferenceEquals(c, certificate)).ToArray());
                return certificate;
            }

            using X509Certificate2 read = password is null ? X509Certificate2.CreateFromPemFile(path) : X509Certificate2.CreateFromEncryptedPemFile(path, password);
            certificate = Usable(read);
            others.ImportFromPemFile(path);
            foreach (X509Certificate2 same in others.Where(c => c.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)).ToArray()) others.Remove(same);
            return certificate;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GalleryException(
                ErrorIds.CertificateUnusable, GalleryErrorCategory.ReadError, $"The certificate {path} cannot be used: {e.Message}", path,
                "The file must be PFX (PKCS #12), or PEM with the certificate and its private key; an encrypted key needs -CertificatePassword.", e);
        }
    }

    // What serves TLS on Windows wants a key that has a place of its own.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null)
        : new X509Certificate2(certificate);

    private static GalleryException NoKey(string what) => new(
        ErrorIds.CertificateUnusable, GalleryErrorCategory.InvalidArgument, $"The certificate {what} has no private key.", what,
        "Only the holder of the private key can show a certificate: export both.");
}
