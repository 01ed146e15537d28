using System.Net;
using System.Security;
using System.Security.Cryptography;
using Flute;

namespace GalleryPS;

/// <summary>What the members of a group share so that nobody else can send to them. It never shows its text.</summary>
public sealed class Passphrase
{
    private Passphrase(string text) => (Text, Key) = (text, new Lazy<GroupKey>(() => MakeKey(text)));

    /// <summary>What it is, for those who have to give it on.</summary>
    internal string Text { get; }

    /// <summary>
    /// The key made from it; making it takes some milliseconds on purpose, and fails with
    /// <see cref="ErrorIds.CryptographyUnavailable"/> where the system cannot.
    /// </summary>
    internal Lazy<GroupKey> Key { get; }

    /// <summary>A passphrase from text.</summary>
    /// <param name="text">At least one character.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is empty.</exception>
    public static Passphrase FromText(string text)
    {
        if (string.IsNullOrEmpty(text)) throw OptionChecks.Invalid("The passphrase is empty.", null);
        return new Passphrase(text);
    }

    /// <summary>A passphrase from a secure string.</summary>
    /// <param name="text">At least one character.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is empty.</exception>
    public static Passphrase FromSecureString(SecureString text) => FromText(new NetworkCredential("", text).Password);

    /// <inheritdoc/>
    public override string ToString() => "(secret)";

    private static GroupKey MakeKey(string text)
    {
        try
        {
            return GroupKey.FromPassphrase(text);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            throw new GalleryException(
                ErrorIds.CryptographyUnavailable, GalleryErrorCategory.ResourceUnavailable,
                $"The cryptography of this system cannot derive a key from a passphrase (PBKDF2 with SHA-256): {e.Message}", null,
                "Send and receive without a passphrase, or use another system.", e);
        }
    }
}
