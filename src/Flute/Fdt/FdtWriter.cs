using System.Globalization;
using System.Text;
using System.Xml;

namespace Flute;

/// <summary>Writes FDT instances.</summary>
public static class FdtWriter
{
    /// <summary>Namespace of FLUTE version 2.</summary>
    public const string Namespace2 = "urn:ietf:params:xml:ns:fdt";

    /// <summary>Namespace that receivers of version 1 understand.</summary>
    public const string Namespace1 = "urn:IETF:metadata:2005:FLUTE:FDT";

    /// <summary>Namespace of what RFC 6726 has no attribute for: SHA-256, groups, where to report.</summary>
    public const string GalleryNamespace = "urn:galleryps:fdt:1";

    /// <summary>Writes an instance in UTF-8.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="fluteVersion">1 or 2.</param>
    public static byte[] Write(FdtInstance instance, int fluteVersion)
    {
        ArgumentNullException.ThrowIfNull(instance);
        string ns = fluteVersion == 1 ? Namespace1 : Namespace2;
        using var stream = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, IndentChars = " ", NewLineChars = "\n" };
        using (XmlWriter xml = XmlWriter.Create(stream, settings))
        {
            xml.WriteStartElement("FDT-Instance", ns);
            if (instance.ReportTo is not null || instance.Session is not null || instance.Groups.Count > 0 || instance.Files.Any(static f => f.ContentSha256 is not null || f.Groups.Count > 0))
            {
                xml.WriteAttributeString("xmlns", "g", null, GalleryNamespace);
            }

            xml.WriteAttributeString("Expires", instance.Expires.ToString(CultureInfo.InvariantCulture));
            if (instance.Complete) xml.WriteAttributeString("Complete", "true");
            Write(xml, "Content-Type", instance.ContentType);
            Write(xml, "Content-Encoding", instance.ContentEncoding);
            Write(xml, instance.Fec);
            if (instance.ReportTo is { } reportTo) xml.WriteAttributeString("g", "Report-To", GalleryNamespace, reportTo);
            if (instance.Session is { } session) xml.WriteAttributeString("g", "Session", GalleryNamespace, session);
            foreach (FdtFile file in instance.Files) Write(xml, file, ns);
            foreach (string group in instance.Groups) xml.WriteElementString("g", "Group", GalleryNamespace, group);
            xml.WriteEndElement();
        }

        return stream.ToArray();
    }

    private static void Write(XmlWriter xml, FdtFile file, string ns)
    {
        xml.WriteStartElement("File", ns);
        xml.WriteAttributeString("TOI", file.Toi.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("Content-Location", file.ContentLocation);
        Write(xml, "Content-Length", file.ContentLength);
        Write(xml, "Transfer-Length", file.TransferLength);
        Write(xml, "Content-Type", file.ContentType);
        Write(xml, "Content-Encoding", file.ContentEncoding);
        if (file.ContentMd5 is { } md5) xml.WriteAttributeString("Content-MD5", Convert.ToBase64String(md5.Span));
        Write(xml, file.Fec);
        if (file.ContentSha256 is { } sha) xml.WriteAttributeString("g", "Content-SHA256", GalleryNamespace, Convert.ToBase64String(sha.Span));
        foreach (string group in file.Groups) xml.WriteElementString("g", "Group", GalleryNamespace, group);
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, FdtFec fec)
    {
        Write(xml, "FEC-OTI-FEC-Encoding-ID", fec.EncodingId);
        Write(xml, "FEC-OTI-FEC-Instance-ID", fec.InstanceId);
        Write(xml, "FEC-OTI-Maximum-Source-Block-Length", fec.MaxSourceBlockLength);
        Write(xml, "FEC-OTI-Encoding-Symbol-Length", fec.SymbolLength);
        Write(xml, "FEC-OTI-Max-Number-of-Encoding-Symbols", fec.MaxEncodingSymbols);
        if (fec.SchemeSpecificInfo is { } info) xml.WriteAttributeString("FEC-OTI-Scheme-Specific-Info", Convert.ToBase64String(info.Span));
    }

    private static void Write(XmlWriter xml, string name, string? value)
    {
        if (value is not null) xml.WriteAttributeString(name, value);
    }

    private static void Write(XmlWriter xml, string name, long? value)
    {
        if (value is { } number) xml.WriteAttributeString(name, number.ToString(CultureInfo.InvariantCulture));
    }
}
