using System.Buffers;
using System.Security.Cryptography;
using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>The checksums that travel with an image: MD5, which every receiver of FLUTE knows, and SHA-256.</summary>
internal sealed record Hashes(byte[] Md5, byte[] Sha256)
{
    private const int Piece = 256 << 10;

    public static Hashes Of(IObjectSource source)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (long offset = 0; offset < source.Length; offset += Piece)
            {
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(Piece, source.Length - offset));
                source.Read(offset, piece);
                md5.AppendData(piece);
                sha256.AppendData(piece);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new Hashes(md5.GetHashAndReset(), sha256.GetHashAndReset());
    }
}
