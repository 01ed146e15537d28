using System.Globalization;
using System.Xml.Linq;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gallery-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheReportIsOneFileWithItsNumbers()
    {
        TrafficComparison[] comparisons = [Compare("unicast.pcap", Transport.Unicast), Compare("tcp-offload.pcapng", Transport.Tcp)];
        string html = File.ReadAllText(Write(comparisons));
        foreach (TrafficComparison comparison in comparisons)
        {
            Assert.All(comparison.Layers, layer => Assert.Contains(
                layer.Captured.ToString("N0", CultureInfo.InvariantCulture), html, StringComparison.Ordinal));
        }

        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
        foreach (string outside in (string[])["http:", "https:", "src=", "href=", "<script", "@import", "url("])
            Assert.DoesNotContain(outside, html, StringComparison.Ordinal);

        // Bytes and packets of each layer, predicted and captured, for both transports: bars beside their numbers.
        Assert.Equal(2 * 2 * 8, Body(html).Descendants("div").Count(div => (string?)div.Attribute("class") == "bar"));
    }

    [Fact]
    public void TheSummaryHoldsPredictedAndCapturedApart()
    {
        Dictionary<string, string[]> summary = Summary(TrafficReport.Html([Compare("arp.pcap", Transport.Unicast)]));
        Assert.Equal(["6", "7"], summary["Packets"]);
        Assert.Equal("5,162", summary["Bytes of frames"][1]);
    }

    [Fact]
    public void NothingCapturedHasNoOverhead()
    {
        string file = Path.Combine(_folder, "nothing.pcap");
        File.WriteAllBytes(file, CaptureBuilder.Pcap().ToArray());
        TrafficComparison comparison = TrafficComparer.Compare(Fixture.Estimate(Transport.Unicast), file, new ComparisonOptions { Timeline = true });
        string[] overhead = Summary(TrafficReport.Html([comparison]))["Overhead: not payload"];
        Assert.Matches(@"^\d+\.\d %$", overhead[0]);
        Assert.Equal("\u2013", overhead[1]);
    }

    [Fact]
    public void NamesAreWords()
    {
        string html = TrafficReport.Html([Compare("tcp.pcap", Transport.Tcp)]);
        foreach (string name in typeof(TrafficTotals).GetProperties().Select(property => property.Name).Where(name => name.EndsWith("Bytes", StringComparison.Ordinal)))
            Assert.DoesNotContain(name, html, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(TrafficVerdict.WithinRange), html, StringComparison.Ordinal);
        Assert.Contains("Transport: bytes with UDP or TCP headers", html, StringComparison.Ordinal);
        Assert.Contains("Tcp to 1 receiver", html, StringComparison.Ordinal);
        Assert.Contains("within range", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task NothingIsCutAndEveryLetterCanBeRead(int width)
    {
        if (Browser.Missing is { } missing) Assert.Skip(missing);
        TrafficComparison tcp = Compare("tcp-offload.pcapng", Transport.Tcp);
        string file = Write([Compare("arp.pcap", Transport.Unicast), tcp, Compare("multicast.pcap", Transport.Multicast)]);
        using Browser browser = await Browser.StartAsync(width, 844, watch: false);
        await browser.GoAsync(new Uri(file).AbsoluteUri);

        // Texts are measured where they are drawn, not where their boxes are.
        string[] faults = await browser.RunAsync<string[]>($$"""
            const faults = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            if (innerWidth !== {{width}}) faults.push('the page is ' + innerWidth + ' wide');
            if (document.documentElement.scrollWidth > innerWidth) faults.push('it scrolls to ' + document.documentElement.scrollWidth);
            while (walker.nextNode()) {
              const text = walker.currentNode, style = getComputedStyle(text.parentElement);
              if (!text.data.trim()) continue;
              const range = document.createRange(); range.selectNodeContents(text);
              for (const box of range.getClientRects())
                if (box.left < 0 || box.right > innerWidth + 0.5) faults.push('cut: ' + text.data);
              if (parseFloat(style.fontSize) < 12) faults.push(style.fontSize + ': ' + text.data);
            }
            return faults;
            """);
        Assert.Empty(faults);
    }

    [Fact]
    public void AReportThatCannotBeWrittenIsTold()
    {
        string occupied = Directory.CreateDirectory(Path.Combine(_folder, "occupied.html")).FullName;
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        foreach (string path in (string[])["/no/such/folder/report.html", occupied, Path.Combine(_folder, "file", "report.html")])
        {
            GalleryException error = Assert.Throws<GalleryException>(() => TrafficReport.Write([], path));
            Assert.Equal(ErrorIds.CannotWriteFile, error.Id);
        }

        // What could not become the report does not stay behind.
        Assert.Equal(["file", "occupied.html"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static TrafficComparison Compare(string name, Transport transport) => TrafficComparer.Compare(
        Fixture.Estimate(transport), Fixture.PathOf(name), new ComparisonOptions { Timeline = true });

    /// <summary>The rows of the first card, by name.</summary>
    private static Dictionary<string, string[]> Summary(string html) => Body(html).Descendants("section").First().Descendants("tr").Skip(1)
        .ToDictionary(row => row.Element("th")!.Value, row => row.Elements("td").Select(cell => cell.Value).ToArray());

    /// <summary>The page without its head is well-formed XML: every element is closed where it should be.</summary>
    private static XElement Body(string html) =>
        XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..(html.IndexOf("</body>", StringComparison.Ordinal) + 7)]);

    private string Write(TrafficComparison[] comparisons)
    {
        string file = Path.Combine(_folder, "report.html");
        TrafficReport.Write(comparisons, file);
        return file;
    }
}
