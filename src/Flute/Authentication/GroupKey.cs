using System.Security.Cryptography;
using System.Text;

namespace Flute;

/// <summary>
/// The secret that the members of a group share, made from a passphrase. Packets and reports have keys of their own,
/// derived per session.
/// </summary>
public sealed class GroupKey
{
    // The price of trying a passphrase. It is paid once per program, not per packet.
    private const int Iterations = 100_000;
    private static readonly byte[] Salt = "GalleryPS FLUTE group key 1"u8.ToArray();
    private readonly byte[] _secret;

    private GroupKey(byte[] secret) => _secret = secret;

    /// <summary>Derives the secret: PBKDF2 with HMAC-SHA-256.</summary>
    /// <param name="passphrase">The passphrase; it is taken as UTF-8.</param>
    public static GroupKey FromPassphrase(ReadOnlySpan<char> passphrase)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(passphrase)];
        try
        {
            Encoding.UTF8.GetBytes(passphrase, utf8);
            return new GroupKey(Rfc2898DeriveBytes.Pbkdf2(utf8, Salt, Iterations, HashAlgorithmName.SHA256, 32));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }

    /// <summary>The key of a session's packets (HKDF, RFC 5869).</summary>
    /// <param name="tsi">The session.</param>
    public byte[] PacketKey(ulong tsi) => Derive("packets", tsi);

    /// <summary>The key of a session's reports.</summary>
    /// <param name="tsi">The session.</param>
    public byte[] ReportKey(ulong tsi) => Derive("reports", tsi);

    private byte[] Derive(string purpose, ulong tsi) =>
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, 32, Encoding.ASCII.GetBytes($"{purpose} {tsi:x}"));
}
