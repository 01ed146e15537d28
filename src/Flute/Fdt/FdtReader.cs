using System.Collections.Frozen;
using System.Globalization;
using System.Xml;
using static System.FormattableString;

namespace Flute;

/// <summary>
/// Reads FDT instances of every dialect: elements and attributes are known by their local names, whatever their
/// namespace; what is unknown is skipped; a file that makes no sense is left out without taking the others with it.
/// </summary>
/// <remarks>
/// A few kilobytes can decompress to what keeps a parser busy for long, or fills the memory. So an instance is refused when
/// its elements are nested more deeply, have more attributes or are longer than those of a table can be, or when there is
/// more between the files than belongs there; nothing of it is parsed after that.
/// </remarks>
public static class FdtReader
{
    /// <summary>Longest value of an attribute that is looked at, in characters.</summary>
    private const int MaxValue = 4096;

    private const int MaxDepth = 16, MaxAttributes = 64, MaxGroups = 8, MaxGroup = 256, MaxType = 256;

    /// <summary>Most bytes of a tag, a text, or of what is skipped between two of them.</summary>
    private const int MaxPart = 64 << 10;

    // Nodes and unknown attributes that may be there: in all, and for each file.
    private const int Spare = 1024, SparePerFile = 128;

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

    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "Expires", "Complete", "TOI", "Content-Location", "Content-Length", "Transfer-Length", "Content-Type", "Content-Encoding", "Content-MD5",
        "Content-SHA256", "Session", "Report-To", "FEC-OTI-FEC-Encoding-ID", "FEC-OTI-FEC-Instance-ID", "FEC-OTI-Maximum-Source-Block-Length",
        "FEC-OTI-Encoding-Symbol-Length", "FEC-OTI-Max-Number-of-Encoding-Symbols", "FEC-OTI-Scheme-Specific-Info");

    /// <summary>Reads an instance.</summary>
    /// <param name="xml">The document.</param>
    /// <param name="maxFiles">Most files to take; more make the whole instance invalid.</param>
    /// <param name="maxXmlBytes">Longest document, in bytes; a longer one is invalid.</param>
    /// <param name="maxMemory">Most bytes that its files may take in memory (<see cref="FdtFile.MemoryBytes"/>); more make it invalid.</param>
    /// <returns>Null when it is no FDT instance.</returns>
    public static FdtInstance? TryRead(Stream xml, int maxFiles, long maxXmlBytes = long.MaxValue, long maxMemory = long.MaxValue)
    {
        try
        {
            using var stream = new LimitedStream(xml, maxXmlBytes, MaxPart);
            using XmlReader reader = XmlReader.Create(stream, Settings);
            FdtInstance? instance = new Parser(reader, stream, maxFiles, maxMemory).Read();
            if (instance is null) return null;

            // Compressed streams have a checksum, which is compared at their end.
            stream.NextPart();
            Span<byte> rest = stackalloc byte[1024];
            while (stream.Read(rest) > 0)
            {
            }

            return instance;
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or ArgumentException)
        {
            return null;
        }
    }

    private static long? ParseNumber(string? text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static ReadOnlyMemory<byte>? ParseBase64(string? text, int? length)
    {
        // The longest that is of use are the 32 bytes of a SHA-256.
        Span<byte> bytes = stackalloc byte[64];
        if (text is null || !Convert.TryFromBase64String(text, bytes, out int written) || (length is not null && written != length)) return null;
        return bytes[..written].ToArray();
    }

    /// <summary>Goes through a document once. Each method leaves the reader at the last node of what it read.</summary>
    private sealed class Parser(XmlReader reader, LimitedStream stream, int maxFiles, long maxMemory)
    {
        private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
        private readonly List<FdtFile> _files = [];
        private string? _lastContentType, _lastContentEncoding;
        private long _memory, _spare = Spare;
        private int _fileElements;

        public FdtInstance? Read()
        {
            while (Next() && reader.NodeType != XmlNodeType.Element)
            {
            }

            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "FDT-Instance") return null;
            ReadAttributes();
            if (ParseNumber(Value("Expires")) is not { } expires) return null;
            var instance = new FdtInstance
            {
                Expires = unchecked((uint)expires),
                Complete = Value("Complete")?.Trim() is "true" or "1",
                ContentType = Value("Content-Type"),
                ContentEncoding = Value("Content-Encoding"),
                Fec = ReadFec(),
                Files = _files,
                Session = Value("Session"),
                ReportTo = Value("Report-To"),
            };
            List<string>? groups = null;
            int depth = reader.Depth;
            bool isEmpty = reader.IsEmptyElement;
            while (!isEmpty && Next() && reader.Depth > depth)
            {
                if (reader.NodeType != XmlNodeType.Element) continue;
                switch (reader.LocalName)
                {
                    case "File":
                        ReadFile();
                        break;
                    case "Group":
                        ReadGroup(ref groups);
                        break;
                    default:
                        Skip();
                        break;
                }
            }

            return groups is null ? instance : instance with { Groups = groups };
        }

        private void ReadFile()
        {
            // Those that make no sense count as well.
            if (_fileElements++ >= maxFiles) throw new InvalidDataException(Invariant($"It has more than {maxFiles:N0} files."));
            _spare += SparePerFile;
            ReadAttributes();
            FdtFile? file = File();
            List<string>? groups = null;
            int depth = reader.Depth;
            bool isEmpty = reader.IsEmptyElement;
            while (!isEmpty && Next() && reader.Depth > depth)
            {
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (reader.LocalName == "Group") ReadGroup(ref groups);
                else Skip();
            }

            if (file is null) return;
            if (groups is not null) file = file with { Groups = groups };
            _memory += file.MemoryBytes;
            if (_memory > maxMemory) throw new InvalidDataException(Invariant($"Its content takes more than {maxMemory:N0} bytes of memory."));
            _files.Add(file);
        }

        private FdtFile? File()
        {
            if (!UInt128.TryParse(Value("TOI").AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 toi) || toi == 0
                || Value("Content-Location") is not { } location)
            {
                return null;
            }

            return new FdtFile
            {
                Toi = toi,
                ContentLocation = location,
                ContentLength = ParseNumber(Value("Content-Length")),
                TransferLength = ParseNumber(Value("Transfer-Length")),
                ContentType = Share(Value("Content-Type") is { Length: <= MaxType } type ? type : null, ref _lastContentType),

                // One that is not known must not become one that is not there.
                ContentEncoding = Share(Value("Content-Encoding") is { Length: > MaxType } encoding ? encoding[..MaxType] : Value("Content-Encoding"), ref _lastContentEncoding),
                ContentMd5 = ParseBase64(Value("Content-MD5"), 16),
                ContentSha256 = ParseBase64(Value("Content-SHA256"), 32),
                Fec = ReadFec(),
            };
        }

        private FdtFec ReadFec()
        {
            long? encodingId = ParseNumber(Value("FEC-OTI-FEC-Encoding-ID"));
            return new FdtFec
            {
                EncodingId = encodingId is >= 0 and <= 255 ? (byte)encodingId : encodingId is null ? null : (byte)255,
                InstanceId = ParseNumber(Value("FEC-OTI-FEC-Instance-ID")),
                MaxSourceBlockLength = ParseNumber(Value("FEC-OTI-Maximum-Source-Block-Length")),
                SymbolLength = ParseNumber(Value("FEC-OTI-Encoding-Symbol-Length")),
                MaxEncodingSymbols = ParseNumber(Value("FEC-OTI-Max-Number-of-Encoding-Symbols")),
                SchemeSpecificInfo = ParseBase64(Value("FEC-OTI-Scheme-Specific-Info"), null),
            };
        }

        private void ReadGroup(ref List<string>? groups)
        {
            string text = string.Empty;
            int depth = reader.Depth;
            bool isEmpty = reader.IsEmptyElement;
            while (!isEmpty && Next() && reader.Depth > depth)
            {
                if (reader.NodeType is (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) && text.Length <= MaxGroup) text += reader.Value;
            }

            groups ??= [];
            if (groups.Count < MaxGroups && text.Length <= MaxGroup) groups.Add(text);
        }

        private void Skip()
        {
            int depth = reader.Depth;
            bool isEmpty = reader.IsEmptyElement;
            while (!isEmpty && Next() && reader.Depth > depth)
            {
            }
        }

        private bool Next()
        {
            stream.NextPart();
            if (!reader.Read()) return false;
            if (reader.Depth > MaxDepth) throw new InvalidDataException($"Its elements are nested more than {MaxDepth} deep.");
            if (reader.AttributeCount > MaxAttributes) throw new InvalidDataException($"An element has more than {MaxAttributes} attributes.");
            Spend();
            return true;
        }

        private void Spend()
        {
            if (--_spare < 0) throw new InvalidDataException("There is too much other content between its files.");
        }

        private string? Value(string name) => _attributes.GetValueOrDefault(name);

        private void ReadAttributes()
        {
            _attributes.Clear();
            while (reader.MoveToNextAttribute())
            {
                if (!Known.Contains(reader.LocalName) || reader.Prefix == "xmlns") Spend();
                else if (reader.Value.Length <= MaxValue) _attributes.TryAdd(reader.LocalName, reader.Value);
            }

            reader.MoveToElement();
        }

        // What most files have in common need not be in memory for each of them.
        private static string? Share(string? text, ref string? last) => text == last ? last : last = text;
    }
}
