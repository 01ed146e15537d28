using System.Globalization;
using System.Security.Cryptography;

namespace GalleryPS.Labs.Experiments;

/// <summary>The gallery of an experiment.</summary>
/// <param name="Paths">Its files, in order.</param>
/// <param name="Hashes">SHA-256 of each, in hexadecimal.</param>
/// <param name="Sizes">Bytes of each.</param>
internal sealed record ExperimentGallery(IReadOnlyList<string> Paths, IReadOnlyList<string> Hashes, IReadOnlyList<long> Sizes)
{
    /// <summary>Bytes of all.</summary>
    public long Bytes => Sizes.Sum();

    /// <summary>What the files are called where they are carried to: each has a name of its own.</summary>
    public IReadOnlyList<string> Names { get; } = NamesOf(Paths);

    /// <summary>Reads files.</summary>
    public static ExperimentGallery Read(IReadOnlyList<string> paths)
    {
        var hashes = new List<string>();
        var sizes = new List<long>();
        foreach (string path in paths)
        {
            using FileStream file = File.OpenRead(path);
            sizes.Add(file.Length);
            hashes.Add(Convert.ToHexString(SHA256.HashData(file)));
        }

        return new ExperimentGallery(paths, hashes, sizes);
    }

    /// <summary>Holds what a receiver has against it.</summary>
    /// <param name="arrived">SHA-256 of what arrived.</param>
    /// <returns>For each image whether it is there, and how many others there are.</returns>
    public (bool[] Complete, int Corrupt) Compare(IEnumerable<string> arrived)
    {
        bool[] complete = new bool[Hashes.Count];
        int corrupt = 0;
        foreach (string hash in arrived)
        {
            // Of images that are alike the next one is meant.
            int at = Enumerable.Range(0, Hashes.Count).FirstOrDefault(i => !complete[i] && Hashes[i] == hash, -1);
            if (at >= 0) complete[at] = true;
            else if (!Hashes.Contains(hash)) corrupt++;
        }

        return (complete, corrupt);
    }

    private static IReadOnlyList<string> NamesOf(IReadOnlyList<string> paths)
    {
        List<string> names = [.. paths.Select(static p => Path.GetFileName(p))];
        return names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Count
            ? names
            : [.. names.Select(static (name, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1:0000}-{name}"))];
    }
}
