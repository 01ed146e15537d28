using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GalleryPS.Images.Storage;

namespace GalleryPS.Tests.Images;

public class SafeFileNameTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(20_000).WithReplay(99, 101);

    [Theory]
    [InlineData("photo.jpg", "photo.jpg")]
    [InlineData("Photo of Zürich (1).jpg", "Photo of Zürich (1).jpg")]
    [InlineData("写真.png", "写真.png")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\Windows\\win.ini", "win.ini")]
    [InlineData("/etc/cron.d/job", "job")]
    [InlineData("C:\\autoexec.bat", "autoexec.bat")]
    [InlineData("C:evil.jpg", "evil.jpg")]
    [InlineData("\\\\server\\share\\a.jpg", "a.jpg")]
    [InlineData("a.jpg:stream", "a.jpg_stream")]
    [InlineData("a<b>c\"d|e?f*.jpg", "a_b_c_d_e_f_.jpg")]
    [InlineData("a\0b\tc\nd\u001B[31m.jpg", "abcd[31m.jpg")]
    [InlineData("a\u0085b\u2028c.jpg", "abc.jpg")]
    [InlineData("photo\u202Egpj.exe", "photogpj.exe")]
    [InlineData("a\u2066b\u2069c\u200Ed\uFEFF.jpg", "abcd.jpg")]
    [InlineData("می\u200Cخواهم.jpg", "می\u200Cخواهم.jpg")]
    [InlineData(".", "image")]
    [InlineData("..", "image")]
    [InlineData("", "image")]
    [InlineData(null, "image")]
    [InlineData("   ", "image")]
    [InlineData("folder/", "image")]
    [InlineData("\u202E\u202E", "image")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData(".gallery-1.part", "gallery-1.part")]
    [InlineData("name.jpg. . .", "name.jpg")]
    [InlineData(" name.jpg", "name.jpg")]
    [InlineData("-rf.jpg", "_-rf.jpg")]
    [InlineData("CON", "_CON")]
    [InlineData("con.jpg", "_con.jpg")]
    [InlineData("nul.tar.gz", "_nul.tar.gz")]
    [InlineData("Com1 .jpg", "_Com1 .jpg")]
    [InlineData("LPT\u00B2.jpg", "_LPT\u00B2.jpg")]
    [InlineData("COM0", "_COM0")]
    [InlineData("CONIN$", "_CONIN$")]
    [InlineData("AUX.", "_AUX")]
    [InlineData("C\u200EON.jpg", "_CON.jpg")]
    [InlineData("COM10.jpg", "COM10.jpg")]
    [InlineData("console.jpg", "console.jpg")]
    public void NamesBecomeSafe(string? wanted, string expected) => Assert.Equal(expected, SafeFileName.From(wanted));

    [Fact]
    public void HalvesOfCharactersAreReplaced()
    {
        Assert.Equal("a_b.jpg", SafeFileName.From("a\uD800b.jpg"));
        Assert.Equal("a_b.jpg", SafeFileName.From("a\uDC00b.jpg"));
    }

    [Fact]
    public void LongNamesKeepTheirExtension()
    {
        string name = SafeFileName.From(new string('x', 5000) + ".jpeg");
        Assert.Equal(new string('x', 195) + ".jpeg", name);

        // Three bytes each in UTF-8: 83 of them and the extension are 254 bytes.
        Assert.Equal(new string('写', 83) + ".jpeg", SafeFileName.From(new string('写', 150) + ".jpeg"));

        // A character outside the basic plane is kept or dropped as a whole.
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 62)) + ".jpg", SafeFileName.From(string.Concat(Enumerable.Repeat("😀", 90)) + ".jpg"));
        Assert.Equal(200, SafeFileName.From("x." + new string('y', 300)).Length);
    }

    [Fact]
    public void NumbersFitIntoTheLimits()
    {
        Assert.Equal("a-2.jpg", SafeFileName.WithNumber("a.jpg", 2));
        Assert.Equal("a-12", SafeFileName.WithNumber("a", 12));
        Assert.Equal(new string('x', 190) + "-12345.jpg", SafeFileName.WithNumber(new string('x', 196) + ".jpg", 12345));
    }

    [Theory]
    [InlineData("a.jpg", ImageFormat.Jpeg, "a.jpg")]
    [InlineData("a.JPEG", ImageFormat.Jpeg, "a.JPEG")]
    [InlineData("a", ImageFormat.Tiff, "a.tif")]
    [InlineData("run.exe", ImageFormat.Gif, "run.exe.gif")]
    [InlineData("photo.jpg.ps1", ImageFormat.Jpeg, "photo.jpg.ps1.jpg")]
    [InlineData("..", ImageFormat.Png, "image.png")]
    [InlineData("CON", ImageFormat.Png, "_CON.png")]
    public void ImagesGetAnImagesExtension(string wanted, ImageFormat format, string expected) =>
        Assert.Equal(expected, SafeFileName.ForImage(wanted, format));

    [Fact]
    public void AnyTextBecomesASafeName()
    {
        string[] pieces =
        [
            "..", ".", "/", "\\", ":", "C:", "CON", "nul", "com1", " ", "-", "\0", "\r\n", "\u202E", "\u200D", "*", "<", "a", "photo", ".jpg",
            ".exe", "写真", "😀", "\uD800", "\uDC00", "\uFFFF", new string('x', 90), new string('写', 60), "\u00B9", "$",
        ];
        Gen<string> texts = Gen.ListOf(Gen.Frequency(
                (4, Gen.Elements(pieces)),
                (1, Gen.Choose(0, 0xFFFF).Select(code => ((char)code).ToString()))))
            .Resize(12)
            .Select(parts => string.Concat(parts));
        Check.One(Repeatable, Prop.ForAll(texts.ToArbitrary(), text =>
        {
            string name = SafeFileName.From(text);
            return IsSafe(name)
                && SafeFileName.From(name) == name
                && IsSafe(SafeFileName.ForImage(text, ImageFormat.WebP))
                && IsSafe(SafeFileName.WithNumber(name, 1234));
        }));
    }

    /// <summary>The rules once more, written as a check of the result.</summary>
    private static bool IsSafe(string name)
    {
        string stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        string[] devices =
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$",
            .. "0123456789\u00B9\u00B2\u00B3".SelectMany(digit => new[] { "COM" + digit, "LPT" + digit }),
        ];
        return name.Length is > 0 and <= 200
            && new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name) <= 255
            && name.IndexOfAny(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) < 0
            && !name.EnumerateRunes().Any(rune => Rune.IsControl(rune)
                || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value is not (0x200C or 0x200D)))
            && name[0] is not ('.' or ' ' or '-')
            && name[^1] is not ('.' or ' ')
            && !devices.Contains(stem)
            && Path.GetFileName(name) == name;
    }
}
