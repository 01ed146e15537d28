using System.Buffers.Binary;
using GalleryPS.Images.Headers;

namespace GalleryPS.Images.Structure;

/// <summary>
/// The end of a JPEG image (ITU-T T.81): marker segments with their lengths, scans that go to the next marker, and at the end
/// the end marker. Markers inside segments, as those of thumbnails, and restart markers inside scans are passed over.
/// </summary>
internal static class JpegEnd
{
    private const byte Prefix = 0xFF, Temporary = 0x01, FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9,
        StartOfScan = 0xDA;

    public static ImageCompleteness Check(ref HeaderSource source)
    {
        long offset = 2; // behind the start marker
        bool inScan = false, stray = false;
        while (true)
        {
            // Between segments stray bytes are passed over like the data of a scan; where such a file ends is not known, unless it tells.
            long before = offset;
            bool found = NextMarker(ref source, ref offset, out byte marker);
            stray |= !inScan && source.From(before) is [not Prefix, ..];
            if (marker == EndOfImage) return ImageCompleteness.Whole;
            if (!found) break;
            if (marker is Temporary or StartOfImage or (>= FirstRestart and <= LastRestart)) continue;
            inScan = marker == StartOfScan;
            if (!source.TryGet(offset, 2, out ReadOnlySpan<byte> length)) break;
            offset += Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(length));
        }

        return stray ? ImageCompleteness.Unknown : ImageCompleteness.Truncated;
    }

    private static bool NextMarker(ref HeaderSource source, ref long offset, out byte marker)
    {
        marker = 0;
        while (true)
        {
            ReadOnlySpan<byte> bytes = source.From(offset);
            if (bytes.IsEmpty) return false;
            int at = bytes.IndexOf(Prefix);

            // The data of a scan is full of them: as long as the byte behind is at hand, nothing is asked for anew.
            while (at >= 0 && at + 2 < bytes.Length && bytes[at + 1] == 0)
            {
                int next = bytes[(at + 2)..].IndexOf(Prefix);
                at = next < 0 ? -1 : at + 2 + next;
            }

            if (at < 0)
            {
                offset += bytes.Length;
                continue;
            }

            offset += at;
            if (!source.TryGet(offset, 2, out ReadOnlySpan<byte> pair)) return false;

            // A byte of data is followed by a zero, a marker may be preceded by any number of fill bytes.
            offset += pair[1] == Prefix ? 1 : 2;
            if (pair[1] is 0 or Prefix) continue;
            marker = pair[1];
            return true;
        }
    }
}
