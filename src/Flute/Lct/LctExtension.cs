using System.Buffers.Binary;

namespace Flute;

/// <summary>Header extension types (HET). Those from 128 on are one word long, the others carry their length.</summary>
public enum LctExtensionType
{
    /// <summary>Nothing, for filling up (RFC 5651 section 5.2.1).</summary>
    Nop = 0,

    /// <summary>Authentication (RFC 5651 section 5.2.1, contents by RFC 6584).</summary>
    Auth = 1,

    /// <summary>Times of the sender (RFC 5651 section 5.2.2).</summary>
    Time = 2,

    /// <summary>FEC Object Transmission Information (RFC 5775 section 4.2.1).</summary>
    Fti = 64,

    /// <summary>FDT instance header (RFC 6726 section 3.4.1).</summary>
    Fdt = 192,

    /// <summary>Content encoding of an FDT instance (RFC 6726 section 3.4.3).</summary>
    Cenc = 193,
}

/// <summary>One header extension, in place.</summary>
public readonly ref struct LctExtension
{
    internal LctExtension(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The whole extension: type, length where there is one, contents. A multiple of 4 bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Its type.</summary>
    public LctExtensionType Type => (LctExtensionType)Bytes[0];

    /// <summary>Its contents, after type and length.</summary>
    public ReadOnlySpan<byte> Content => Bytes[(Bytes[0] < 128 ? 2 : 1)..];

    /// <summary>Reads the contents of EXT_FDT.</summary>
    /// <param name="fluteVersion">Version of FLUTE: 1 or 2.</param>
    /// <param name="instanceId">FDT instance id, 20 bits.</param>
    public bool TryReadFdt(out int fluteVersion, out int instanceId)
    {
        uint word = BinaryPrimitives.ReadUInt32BigEndian(Bytes);
        fluteVersion = (int)(word >> 20) & 0xF;
        instanceId = (int)(word & 0xFFFFF);
        return Type == LctExtensionType.Fdt;
    }

    /// <summary>Reads the contents of EXT_CENC.</summary>
    /// <param name="encoding">The content encoding of the FDT instance.</param>
    /// <returns>False when it is another extension or an unknown encoding.</returns>
    public bool TryReadContentEncoding(out ContentEncoding encoding)
    {
        encoding = (ContentEncoding)Bytes[1];
        return Type == LctExtensionType.Cenc && Bytes[1] <= (int)ContentEncoding.Gzip;
    }

    internal static bool AreWellFormed(ReadOnlySpan<byte> extensions)
    {
        while (!extensions.IsEmpty)
        {
            int length = LengthOf(extensions);
            if (length == 0 || length > extensions.Length) return false;
            extensions = extensions[length..];
        }

        return true;
    }

    private static int LengthOf(ReadOnlySpan<byte> extensions) => extensions[0] >= 128 ? 4 : extensions[1] * 4;

    /// <summary>Goes through extensions that are known to be well formed.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> extensions)
        {
            _rest = extensions;
            Current = default;
        }

        /// <summary>The present one.</summary>
        public LctExtension Current { get; private set; }

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            int length = LengthOf(_rest);
            Current = new LctExtension(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }
    }
}
