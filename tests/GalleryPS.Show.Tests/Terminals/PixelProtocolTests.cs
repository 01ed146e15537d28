using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace GalleryPS.Show.Tests.Terminals;

/// <summary>kitty and iTerm2: what a terminal gets is decoded again and compared with the pixels.</summary>
public partial class PixelProtocolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 133)]
    [InlineData(31, 400)]
    public void KittyGetsThePixels(int width, int height)
    {
        PixelImage image = Pictures.Photo(width, height);
        (Dictionary<string, string> keys, byte[] pixels) = ReadKitty(Kitty.Render(image, 20, 10));
        Assert.Equal("24", keys["f"]);
        Assert.Equal(("T", "2", "20", "10"), (keys["a"], keys["q"], keys["c"], keys["r"]));
        Assert.Equal((width, height), (int.Parse(keys["s"], null), int.Parse(keys["v"], null)));
        byte[] rgb = [.. image.Rgba.Where((_, i) => i % 4 != 3)];
        Assert.Equal(rgb, pixels);
    }

    [Fact]
    public void KittyGetsTransparencyToo()
    {
        PixelImage image = Pictures.Of(50, 40, (x, y) => ((byte)x, (byte)y, 7, (byte)(x * 5)));
        (Dictionary<string, string> keys, byte[] pixels) = ReadKitty(Kitty.Render(image, 7, 3));
        Assert.Equal("32", keys["f"]);
        Assert.Equal(image.Rgba, pixels);
    }

    [Fact]
    public void KittyPiecesAreNoLongerThanAllowed()
    {
        string text = Kitty.Render(Pictures.Photo(300, 200), 10, 10);
        MatchCollection pieces = KittyPiece().Matches(text);
        Assert.True(pieces.Count > 2);
        Assert.Equal(text.Length, pieces.Sum(piece => piece.Length));
        for (int i = 0; i < pieces.Count; i++)
        {
            string payload = pieces[i].Groups["payload"].Value;
            bool last = i == pieces.Count - 1;
            Assert.EndsWith(last ? "m=0" : "m=1", pieces[i].Groups["keys"].Value);
            Assert.InRange(payload.Length, 1, 4096);
            if (!last) Assert.Equal(0, payload.Length % 4);
        }
    }

    [Fact]
    public void ITermGetsThePixels()
    {
        PixelImage image = Pictures.Of(90, 61, (x, y) => ((byte)(x * 2), (byte)(y * 3), (byte)(x ^ y), (byte)(255 - x)));
        Match match = ITermSequence().Match(ITerm.Render(image, 12, 5));
        Assert.True(match.Success);
        byte[] png = Convert.FromBase64String(match.Groups["data"].Value);
        Assert.Equal(png.Length, int.Parse(match.Groups["size"].Value, null));
        Assert.Equal(("12", "5"), (match.Groups["width"].Value, match.Groups["height"].Value));

        // Pillow reads it, not the library that wrote it.
        byte[] rgba = Tools.Python("import sys\nfrom PIL import Image\nsys.stdout.buffer.write(Image.open(sys.stdin.buffer).convert('RGBA').tobytes())", png);
        Assert.Equal(image.Rgba, rgba);
    }

    [Fact]
    public void NothingButOneSequenceIsInTheText()
    {
        PixelImage image = Pictures.Photo(64, 48);
        foreach (string text in new[] { Kitty.Render(image, 8, 3), ITerm.Render(image, 8, 3), Sixel.Render(image) })
        {
            Assert.All(Encoding.UTF8.GetBytes(text), b => Assert.True(b is 0x1B or 7 or (>= 0x20 and < 0x7F)));
        }
    }

    private static (Dictionary<string, string> Keys, byte[] Pixels) ReadKitty(string text)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var payload = new StringBuilder();
        foreach (Match piece in KittyPiece().Matches(text))
        {
            foreach (string pair in piece.Groups["keys"].Value.Split(','))
            {
                string[] parts = pair.Split('=');
                keys.TryAdd(parts[0], parts[1]);
            }

            payload.Append(piece.Groups["payload"].Value);
        }

        using var zlib = new ZLibStream(new MemoryStream(Convert.FromBase64String(payload.ToString())), CompressionMode.Decompress);
        var pixels = new MemoryStream();
        zlib.CopyTo(pixels);
        return (keys, pixels.ToArray());
    }

    [GeneratedRegex(@"\x1b_G(?<keys>[^;]+);(?<payload>[A-Za-z0-9+/=]*)\x1b\\", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KittyPiece();

    [GeneratedRegex(@"^\x1b\]1337;File=inline=1;size=(?<size>\d+);width=(?<width>\d+);height=(?<height>\d+);preserveAspectRatio=1:(?<data>[A-Za-z0-9+/=]+)\x07$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ITermSequence();
}
