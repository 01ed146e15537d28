using System.Globalization;
using System.Text;

namespace Flute.Tests;

/// <summary>Packets of FDT instances whose every field the test chooses.</summary>
internal static class FdtPackets
{
    private const int SymbolLength = 1400;

    /// <summary>An instance with files of 1,000 bytes.</summary>
    public static string Files(int count, string inner = "", int first = 1)
    {
        var xml = new StringBuilder("<FDT-Instance Expires='4294967295' FEC-OTI-FEC-Encoding-ID='0' FEC-OTI-Maximum-Source-Block-Length='64' FEC-OTI-Encoding-Symbol-Length='1000'>");
        for (int i = 0; i < count; i++) xml.Append(CultureInfo.InvariantCulture, $"<File TOI='{first + i}' Content-Location='a{i}.jpg' Content-Length='1000'>{inner}</File>");
        return xml.Append("</FDT-Instance>").ToString();
    }

    /// <summary>One packet.</summary>
    public static byte[] One(FecOti oti, ReadOnlySpan<byte> symbols, int id = 1, ulong tsi = 1, int block = 0, uint symbol = 0, ContentEncoding encoding = ContentEncoding.None)
    {
        byte[] packet = new byte[100 + symbols.Length];
        int position = new LctHeader { TsiLength = 4, ToiLength = 4, Tsi = tsi, Codepoint = (byte)oti.EncodingId }.Write(packet, encoding == ContentEncoding.None ? 20 : 24);
        position += LctHeader.WriteFdt(packet.AsSpan(position), 2, id);
        if (encoding != ContentEncoding.None) position += LctHeader.WriteContentEncoding(packet.AsSpan(position), encoding);
        position += oti.WriteExtension(packet.AsSpan(position));
        new FecPayloadId(block, symbol).Write(packet.AsSpan(position), oti.EncodingId);
        position += FecPayloadId.Length;
        symbols.CopyTo(packet.AsSpan(position));
        return packet[..(position + symbols.Length)];
    }

    /// <summary>All packets of an instance.</summary>
    public static List<byte[]> Of(ReadOnlySpan<byte> xml, int id = 1, ulong tsi = 1, ContentEncoding encoding = ContentEncoding.None)
    {
        byte[] content = ContentEncodings.Compress(xml, encoding);
        FecOti oti = FecOti.CompactNoCode(content.Length, SymbolLength, 65_536)!;
        var packets = new List<byte[]>();
        for (int i = 0; i < oti.TotalSymbols; i++)
        {
            packets.Add(One(oti, content.AsSpan(i * SymbolLength, Math.Min(SymbolLength, content.Length - i * SymbolLength)), id, tsi, 0, (uint)i, encoding));
        }

        return packets;
    }

    /// <summary>All packets of an instance.</summary>
    public static List<byte[]> Of(string xml, int id = 1, ulong tsi = 1, ContentEncoding encoding = ContentEncoding.None) => Of(Encoding.UTF8.GetBytes(xml), id, tsi, encoding);

    /// <summary>Pushes packets at one moment, and gives what happened.</summary>
    public static List<FluteEvent> Push(this FluteReceiver receiver, IEnumerable<byte[]> packets, TimeSpan now = default)
    {
        foreach (byte[] packet in packets) receiver.Push(packet, Channel.Source, now);
        var events = new List<FluteEvent>();
        while (receiver.TryTake(out FluteEvent? one)) events.Add(one);
        return events;
    }
}
