using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>JPEG (ITU-T T.81): a chain of marker segments, of which the frame header carries the dimensions.</summary>
internal static class Jpeg
{
    /// <summary>More segments than any camera writes before the frame header (an ICC profile takes at most 255).</summary>
    private const int MaxSegments = 4096;

    /// <summary>
    /// Fill bytes and stray bytes between segments that are passed over in all. A segment of more than 64 KB whose length
    /// went over the edge of its 16 bits leaves all but its first bytes as stray ones, and decoders read on behind it.
    /// </summary>
    private const int MaxExtraneousBytes = 1 << 20;

    private const byte TemporaryMarker = 0x01;
    private const byte FirstRestart = 0xD0;
    private const byte LastRestart = 0xD7;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte HierarchicalProgression = 0xDE;

    /// <summary>Reads the dimensions from the first frame header.</summary>
    /// <remarks>
    /// Thumbnails lie inside APPn segments, which are passed over as a whole. The frames of a hierarchical image may
    /// be smaller than the image; its DHP segment comes before them and has the final size.
    /// </remarks>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        long offset = 2; // behind the start-of-image marker
        int extraneous = 0;
        for (int segment = 0; segment < MaxSegments; segment++)
        {
            ImageHeaderResult found = NextMarker(ref source, ref offset, ref extraneous, out byte marker);
            if (found != ImageHeaderResult.Ok) return found;
            if (marker is TemporaryMarker or (>= FirstRestart and <= LastRestart))
                continue; // these stand alone, without a length

            // A scan or the end before a frame header, or an image within the image: damaged beyond use.
            if (marker is StartOfImage or EndOfImage or StartOfScan) return ImageHeaderResult.NotAnImage;
            if (IsFrameHeader(marker)) return ReadFrameHeader(ref source, offset, out width, out height);

            if (!source.TryGet(offset, 2, out ReadOnlySpan<byte> field)) return ImageHeaderResult.NeedMoreData;
            int length = BinaryPrimitives.ReadUInt16BigEndian(field); // counts itself
            if (length < 2 && !IsPassedOver(marker)) return ImageHeaderResult.NotAnImage;

            // A comment or an application's data with an impossible length is taken for an empty one: what is in it is
            // stray bytes then, as for the common decoders.
            offset += Math.Max(length, 2);
        }

        return ImageHeaderResult.NotAnImage;
    }

    /// <summary>
    /// Finds the next marker. Like the common decoders, it passes over stray bytes in front of it; any number of fill
    /// bytes (FF) may precede its code (T.81 B.1.1.2).
    /// </summary>
    private static ImageHeaderResult NextMarker(ref HeaderSource source, ref long offset, ref int extraneous, out byte marker)
    {
        marker = 0;
        bool prefixed = false;
        while (extraneous <= MaxExtraneousBytes)
        {
            if (!source.TryGet(offset, 1, out ReadOnlySpan<byte> next)) return ImageHeaderResult.NeedMoreData;
            offset++;
            byte value = next[0];
            if (prefixed && value is not (0x00 or 0xFF))
            {
                marker = value;
                return ImageHeaderResult.Ok;
            }

            if (prefixed || value != 0xFF) extraneous++;
            prefixed = value == 0xFF;
        }

        return ImageHeaderResult.NotAnImage;
    }

    /// <summary>SOF0 to SOF15, whose range also holds DHT (C4), JPG (C8) and DAC (CC), and DHP, which looks like them.</summary>
    private static bool IsFrameHeader(byte marker) =>
        marker is (>= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) or HierarchicalProgression;

    /// <summary>APP0 to APP15 and COM, which no decoder needs: a wrong length of one does not spoil the image.</summary>
    private static bool IsPassedOver(byte marker) => marker is (>= 0xE0 and <= 0xEF) or 0xFE;

    /// <summary>Reads length, sample precision, lines, samples per line and components (T.81 B.2.2).</summary>
    private static ImageHeaderResult ReadFrameHeader(ref HeaderSource source, long offset, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(offset, 8, out ReadOnlySpan<byte> frame)) return ImageHeaderResult.NeedMoreData;
        int length = BinaryPrimitives.ReadUInt16BigEndian(frame);
        int components = frame[7];
        if (components == 0 || length != 8 + (3 * components)) return ImageHeaderResult.NotAnImage;
        height = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        width = BinaryPrimitives.ReadUInt16BigEndian(frame[5..]);
        return ImageHeaderResult.Ok;
    }
}
