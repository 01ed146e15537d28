using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GalleryPS.Show.Page;

/// <summary>
/// The slideshow page: one HTML document with its style and its script inside, the same for the live view and for the
/// exported file. Nothing is fetched from anywhere else; a content security policy in the document sees to that.
/// </summary>
internal static class GalleryPage
{
    private static readonly Lazy<(string Html, string Css, string Script)> Parts = new(static () => (Read("gallery.html"), Read("gallery.css"), Read("gallery.js")));

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="live">True when images come by server-sent events.</param>
    /// <param name="interval">How long each image is shown.</param>
    /// <param name="title">What stands over the images; null or empty for the name of this host.</param>
    /// <param name="writeImages">Writes the images into a JSON array; null for none.</param>
    public static void Write(Stream output, bool live, TimeSpan interval, string? title = null, Action<Utf8JsonWriter>? writeImages = null)
    {
        (string html, string css, string script) = Parts.Value;
        string host = Environment.MachineName;
        string policy = string.Create(
            CultureInfo.InvariantCulture,
            $"default-src 'none'; img-src {(live ? "'self' data:" : "data:")}; connect-src {(live ? "'self'" : "'none'")}; style-src '{Hash(css)}'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'");
        string head = html
            .Replace("{{policy}}", policy, StringComparison.Ordinal)
            .Replace("{{title}}", WebUtility.HtmlEncode(string.IsNullOrEmpty(title) ? $"Gallery at host {host}" : title), StringComparison.Ordinal)
            .Replace("{{style}}", css, StringComparison.Ordinal)
            .Replace("{{script}}", script, StringComparison.Ordinal);
        int data = head.IndexOf("{{data}}", StringComparison.Ordinal);
        output.Write(Encoding.UTF8.GetBytes(head[..data]));

        // The default encoder writes < as \u003C: nothing in the data can end the script element that holds it.
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("live", live);
            writer.WriteNumber("interval", Math.Max(50, (long)interval.TotalMilliseconds));
            writer.WriteString("host", host);
            writer.WriteString("title", title ?? "");
            writer.WriteStartArray("images");
            writeImages?.Invoke(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetBytes(head[(data + "{{data}}".Length)..]));
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Read(string name)
    {
        using Stream stream = typeof(GalleryPage).Assembly.GetManifestResourceStream($"GalleryPS.Show.Page.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // A checkout may have other line ends; the browser's hash is over line feeds.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
