using System.Buffers.Binary;
using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// The fonts of this machine, for letters that the one we bring has not. A font is read when its table of characters has a
/// letter that is looked for; nothing is read before.
/// </summary>
internal sealed class SystemFonts
{
    private const int MostFiles = 4000, MostMisses = 200;
    private const long MostBytes = 200L << 20;
    private static readonly string[] Styles = ["bold", "italic", "oblique", "light", "thin", "black", "mono", "serif", "condensed", "medium"];
    private readonly Lazy<List<string>> _files;
    private readonly Dictionary<string, FontFile?> _read = new(StringComparer.Ordinal);
    private int _misses;

    /// <summary>With the folders of this system.</summary>
    public SystemFonts()
        : this(Folders())
    {
    }

    /// <summary>With folders of one's own.</summary>
    /// <param name="folders">Those that need not be there.</param>
    public SystemFonts(IEnumerable<string> folders) => _files = new Lazy<List<string>>(() => Files(folders));

    /// <summary>A font that has a character, or null.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="inColor">Only fonts with pictures in colour will do.</param>
    public FontFile? Find(Rune rune, bool inColor = false)
    {
        foreach (FontFile? font in _read.Values)
        {
            if (font is not null && (!inColor || font.Bitmaps is not null) && font.Glyph(rune) != 0) return font;
        }

        // Names from a network may hold every letter there is; looking through all fonts for each would take long.
        if (_misses >= MostMisses) return null;
        foreach (string file in _files.Value)
        {
            if (_read.ContainsKey(file) || (inColor && !file.Contains("emoji", StringComparison.OrdinalIgnoreCase)) || !Has(file, rune)) continue;
            FontFile? font = Read(file);
            _read[file] = font;
            if (font is not null && (!inColor || font.Bitmaps is not null)) return font;
        }

        _misses++;
        return null;
    }

    private static IEnumerable<string> Folders()
    {
        if (OperatingSystem.IsWindows())
        {
            return [Environment.GetFolderPath(Environment.SpecialFolder.Fonts), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Microsoft", "Windows", "Fonts")];
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".local/share/fonts"), Path.Combine(home, ".fonts"), "/System/Library/Fonts", "/Library/Fonts"];
    }

    /// <summary>Plain faces first: a caption is neither bold nor slanted.</summary>
    private static List<string> Files(IEnumerable<string> folders)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 };
        return [.. folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", options))
            .Where(static file => Path.GetExtension(file).ToLowerInvariant() is ".ttf" or ".otf" or ".ttc" or ".otc")
            .Take(MostFiles)
            .OrderBy(static file => Styles.Count(style => Path.GetFileName(file).Contains(style, StringComparison.OrdinalIgnoreCase)))
            .ThenBy(static file => file, StringComparer.Ordinal)];
    }

    private static bool Has(string path, Rune rune)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] start = new byte[16];
            file.ReadExactly(start);
            if (start.AsSpan().StartsWith("ttcf"u8)) file.Position = BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(12));
            else file.Position = 0;
            byte[] head = new byte[12];
            file.ReadExactly(head);
            byte[] tables = new byte[16 * BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(4))];
            file.ReadExactly(tables);
            for (int at = 0; at < tables.Length; at += 16)
            {
                if (!tables.AsSpan(at).StartsWith("cmap"u8)) continue;
                file.Position = BinaryPrimitives.ReadUInt32BigEndian(tables.AsSpan(at + 8));
                byte[] map = new byte[Math.Min(BinaryPrimitives.ReadUInt32BigEndian(tables.AsSpan(at + 12)), 8 << 20)];
                file.ReadExactly(map);
                return new CharacterMap(map).Glyph(rune) != 0;
            }

            return false;
        }
        catch (Exception e) when (IsUnusable(e))
        {
            return false;
        }
    }

    private static FontFile? Read(string path)
    {
        try
        {
            return new FileInfo(path).Length > MostBytes ? null : new FontFile(File.ReadAllBytes(path));
        }
        catch (Exception e) when (IsUnusable(e))
        {
            return null;
        }
    }

    /// <summary>Fonts are met with exceptions of every kind when they are damaged; none of it matters here.</summary>
    private static bool IsUnusable(Exception e) => e is not OutOfMemoryException;
}
