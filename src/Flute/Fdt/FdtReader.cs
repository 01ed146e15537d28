using System.Globalization;
using System.Xml;

namespace Flute;

/// <summary>
/// Reads FDT instances of every dialect: elements and attributes are known by their local names, whatever their
/// namespace; what is unknown is skipped; a file that makes no sense is left out without taking the others with it.
/// </summary>
public static class FdtReader
{
    /// <summary>Longest value of an attribute that is looked at, in characters.</summary>
    private const int MaxValue = 4096;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        MaxCharactersFromEntities = 1,
        CloseInput = false,
    };

    /// <summary>Reads an instance.</summary>
    /// <param name="xml">The document.</param>
    /// <param name="maxFiles">Most files to take; more make the whole instance invalid.</param>
    /// <returns>Null when it is no FDT instance.</returns>
    public static FdtInstance? TryRead(Stream xml, int maxFiles)
    {
        try
        {
            using XmlReader reader = XmlReader.Create(xml, Settings);
            reader.MoveToContent();
            return reader.LocalName == "FDT-Instance" ? ReadInstance(reader, maxFiles) : null;
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or ArgumentException)
        {
            return null;
        }
    }

    private static FdtInstance? ReadInstance(XmlReader reader, int maxFiles)
    {
        Dictionary<string, string> attributes = Attributes(reader);
        if (ParseNumber(attributes.GetValueOrDefault("Expires")) is not { } expires) return null;
        var files = new List<FdtFile>();
        var groups = new List<string>();
        if (!reader.IsEmptyElement)
        {
            int depth = reader.Depth;
            reader.Read();
            while (!reader.EOF && reader.Depth > depth)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "File")
                {
                    if (files.Count == maxFiles) return null;
                    if (ReadFile(reader) is { } file) files.Add(file);
                }
                else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "Group")
                {
                    AddGroup(reader, groups);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return new FdtInstance
        {
            Expires = unchecked((uint)expires),
            Complete = attributes.GetValueOrDefault("Complete")?.Trim() is "true" or "1",
            ContentType = attributes.GetValueOrDefault("Content-Type"),
            ContentEncoding = attributes.GetValueOrDefault("Content-Encoding"),
            Fec = ReadFec(attributes),
            Files = files,
            Groups = groups,
            Session = attributes.GetValueOrDefault("Session"),
            ReportTo = attributes.GetValueOrDefault("Report-To"),
        };
    }

    private static FdtFile? ReadFile(XmlReader reader)
    {
        Dictionary<string, string> attributes = Attributes(reader);
        var groups = new List<string>();
        if (reader.IsEmptyElement)
        {
            reader.Read();
        }
        else
        {
            int depth = reader.Depth;
            reader.Read();
            while (!reader.EOF && reader.Depth > depth)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "Group") AddGroup(reader, groups);
                else reader.Skip();
            }

            reader.Read();
        }

        if (!UInt128.TryParse(attributes.GetValueOrDefault("TOI")?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 toi) || toi == 0
            || attributes.GetValueOrDefault("Content-Location") is not { } location)
        {
            return null;
        }

        return new FdtFile
        {
            Toi = toi,
            ContentLocation = location,
            ContentLength = ParseNumber(attributes.GetValueOrDefault("Content-Length")),
            TransferLength = ParseNumber(attributes.GetValueOrDefault("Transfer-Length")),
            ContentType = attributes.GetValueOrDefault("Content-Type"),
            ContentEncoding = attributes.GetValueOrDefault("Content-Encoding"),
            ContentMd5 = ParseBase64(attributes.GetValueOrDefault("Content-MD5"), 16),
            ContentSha256 = ParseBase64(attributes.GetValueOrDefault("Content-SHA256"), 32),
            Groups = groups,
            Fec = ReadFec(attributes),
        };
    }

    private static void AddGroup(XmlReader reader, List<string> groups)
    {
        string text = reader.ReadElementContentAsString();
        if (groups.Count < 64 && text.Length <= MaxValue) groups.Add(text);
    }

    private static FdtFec ReadFec(Dictionary<string, string> attributes)
    {
        long? encodingId = ParseNumber(attributes.GetValueOrDefault("FEC-OTI-FEC-Encoding-ID"));
        return new FdtFec
        {
            EncodingId = encodingId is >= 0 and <= 255 ? (byte)encodingId : encodingId is null ? null : (byte)255,
            InstanceId = ParseNumber(attributes.GetValueOrDefault("FEC-OTI-FEC-Instance-ID")),
            MaxSourceBlockLength = ParseNumber(attributes.GetValueOrDefault("FEC-OTI-Maximum-Source-Block-Length")),
            SymbolLength = ParseNumber(attributes.GetValueOrDefault("FEC-OTI-Encoding-Symbol-Length")),
            MaxEncodingSymbols = ParseNumber(attributes.GetValueOrDefault("FEC-OTI-Max-Number-of-Encoding-Symbols")),
            SchemeSpecificInfo = ParseBase64(attributes.GetValueOrDefault("FEC-OTI-Scheme-Specific-Info"), null),
        };
    }

    private static Dictionary<string, string> Attributes(XmlReader reader)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix != "xmlns" && reader.Value.Length <= MaxValue) attributes.TryAdd(reader.LocalName, reader.Value);
        }

        reader.MoveToElement();
        return attributes;
    }

    private static long? ParseNumber(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static ReadOnlyMemory<byte>? ParseBase64(string? text, int? length)
    {
        if (text is null) return null;
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int written) || (length is not null && written != length)) return null;
        return bytes.AsMemory(0, written);
    }
}
