using System.Security.Cryptography;

namespace GalleryPS.TestSupport;

/// <summary>Galleries for tests: files that are images as far as a header goes, with reproducible content of any size.</summary>
public static class TestGallery
{
    /// <summary>A folder of its own below the system's temporary folder; the caller deletes it.</summary>
    public static string NewFolder()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"gallery-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>The bytes of a JPEG file of exactly this size: a true header, then noise, then the end marker.</summary>
    /// <param name="bytes">Its size, at least 200.</param>
    /// <param name="seed">Other seed, other noise.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static byte[] Jpeg(int bytes, int seed, int width = 640, int height = 480)
    {
        byte[] start =
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
            0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,
        ];
        byte[] all = new byte[bytes];
        new Random(seed).NextBytes(all);
        all.AsSpan().Replace((byte)0xFF, (byte)0xFE);
        start.CopyTo(all, 0);
        all[^2] = 0xFF;
        all[^1] = 0xD9;
        return all;
    }

    /// <summary>Writes a gallery into a folder: image0.jpg, image1.jpg, ...</summary>
    /// <returns>Full paths, in order.</returns>
    public static IReadOnlyList<string> Write(string folder, params int[] sizes) =>
        [.. sizes.Select((size, i) =>
        {
            string path = Path.Combine(folder, $"image{i}.jpg");
            File.WriteAllBytes(path, Jpeg(size, seed: i + 1));
            return path;
        })];

    /// <summary>Whether these are the contents of these files, in their order.</summary>
    public static bool AreContents(IReadOnlyList<string> files, IEnumerable<byte[]> contents) =>
        files.Select(File.ReadAllBytes).SequenceEqual(contents, EqualityComparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceEqual(b)));

    /// <summary>What tells files apart by content alone: their hashes, sorted.</summary>
    public static IReadOnlyList<string> Hashes(IEnumerable<string> files) =>
        [.. files.Select(static f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))).Order(StringComparer.Ordinal)];

    /// <summary>The same for the files of a folder.</summary>
    public static IReadOnlyList<string> HashesIn(string folder) => Hashes(Directory.GetFiles(folder));
}
