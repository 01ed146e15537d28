using System.Text;

namespace Flute.Tests;

/// <summary>Single packets as no sender of ours makes them.</summary>
internal static class Forged
{
    /// <summary>Attributes of a File or FDT-Instance element: no FEC, symbols of one byte, blocks of 1,000.</summary>
    public const string OneByteSymbols = "FEC-OTI-FEC-Encoding-ID='0' FEC-OTI-Maximum-Source-Block-Length='1000' FEC-OTI-Encoding-Symbol-Length='1'";

    /// <summary>A packet with a whole FDT instance.</summary>
    public static byte[] Fdt(string content, ulong tsi = 1, int id = 1, string attributes = "")
    {
        byte[] xml = Encoding.UTF8.GetBytes($"<FDT-Instance Expires='4294967295' {attributes}>{content}</FDT-Instance>");
        return FdtPackets.One(FecOti.CompactNoCode(xml.Length, 60_000, 1)!, xml, id, tsi);
    }

    /// <summary>A packet of an object.</summary>
    public static byte[] Data(
        UInt128 toi, byte[] symbol, uint symbolId = 0, int block = 0, ulong tsi = 1, FecEncodingId fec = FecEncodingId.CompactNoCode, bool close = false, FecOti? oti = null)
    {
        byte[] packet = new byte[100 + symbol.Length];
        int toiLength = toi > ulong.MaxValue ? 12 : 8;
        int end = new LctHeader { TsiLength = 4, ToiLength = toiLength, Tsi = tsi, Toi = toi, Codepoint = (byte)fec, CloseSession = close }.Write(packet, oti is null ? 0 : 16);
        if (oti is not null) end += oti.WriteExtension(packet.AsSpan(end));
        new FecPayloadId(block, symbolId).Write(packet.AsSpan(end), fec);
        symbol.CopyTo(packet, end + FecPayloadId.Length);
        return packet[..(end + FecPayloadId.Length + symbol.Length)];
    }

    /// <summary>A packet that says nothing but that the session is over.</summary>
    public static byte[] Close(ulong tsi)
    {
        byte[] packet = new byte[20];
        int end = new LctHeader { TsiLength = 4, ToiLength = 4, Tsi = tsi, CloseSession = true }.Write(packet, 0);
        return packet[..end];
    }
}
