using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GalleryPS.Images.Storage;

/// <summary>What tells an image from others before it is there.</summary>
/// <param name="Name">Its name as it came.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Algorithm">What <paramref name="Digest"/> is.</param>
/// <param name="Digest">Its checksum.</param>
internal sealed record ImageIdentity(string Name, long Length, HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Digest)
{
    /// <summary>Names its unfinished image in every session that brings it.</summary>
    public string Key
    {
        get
        {
            byte[] all = SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes($"{Name.Length} {Name} {Length} "), .. Digest.Span]);
            return Convert.ToHexStringLower(all.AsSpan(0, 16));
        }
    }
}

/// <summary>Finds in a store what earlier receivers left there: whole images, and parts of unfinished ones.</summary>
/// <param name="store">The store.</param>
internal sealed class LeftImages(ImageStore store)
{
    // Names with numbers that are looked at.
    private const int MostNames = 1000;

    // A file is read once, however many images a table says it could be.
    private readonly ConcurrentDictionary<(string Path, DateTime Written, string Algorithm), Lazy<byte[]?>> _digests = new();

    /// <summary>The file that is an image, byte for byte; no file is found twice. Null when there is none.</summary>
    public string? FindWhole(ImageIdentity image)
    {
        string name = SafeFileName.From(image.Name);
        for (int number = 1; number <= MostNames; number++)
        {
            string candidate = number == 1 ? name : SafeFileName.WithNumber(name, number);
            var file = new FileInfo(Path.Combine(store.FullPath, candidate));
            if (!file.Exists && !Directory.Exists(file.FullName)) return null;
            if (!file.Exists || file.LinkTarget is not null || file.Length != image.Length || !Fits(file, image) || !store.TryClaim(candidate)) continue;

            // Whoever was killed when it had just become whole may have left its parts.
            Remove(image);
            return file.FullName;
        }

        return null;
    }

    /// <summary>Opens an unfinished image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="parts">Those of its parts that are right: offset and length in bytes.</param>
    /// <returns>Null when there is none, none of it is right, or another process is receiving it.</returns>
    public ImageWriter? FindParts(ImageIdentity image, out List<(long Offset, long Length)> parts)
    {
        parts = [];
        (string path, string journalPath) = PartialFiles.PathsOf(store.FullPath, image.Key);
        if (!File.Exists(path)) return null;
        ImageWriter? writer = Open(image, FileMode.Open);
        if (writer is null) return null;
        if (writer.Length > image.Length) writer.SetLength(image.Length);
        parts = writer.Journal!.Check(writer, image.Length);
        if (parts.Count > 0) return writer;
        writer.Spoil();
        writer.Dispose();
        return null;
    }

    /// <summary>Begins an image whose parts are to be found again; one that has a temporary file only where that is not possible.</summary>
    /// <exception cref="GalleryException">It cannot be written.</exception>
    public ImageWriter Create(ImageIdentity image)
    {
        store.LookAtDisk(image.Length);
        return Open(image, FileMode.CreateNew) ?? store.Create(image.Length);
    }

    private ImageWriter? Open(ImageIdentity image, FileMode mode)
    {
        (string path, string journalPath) = PartialFiles.PathsOf(store.FullPath, image.Key);
        FileStream? file = null;
        try
        {
            file = PartialFiles.Open(path, mode);
            if (mode == FileMode.CreateNew) File.Delete(journalPath);
            return new ImageWriter(store, file, PartialJournal.Open(journalPath));
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            file?.Dispose();
            return null;
        }
    }

    private void Remove(ImageIdentity image)
    {
        (string path, string journal) = PartialFiles.PathsOf(store.FullPath, image.Key);
        if (File.Exists(path) && PartialFiles.TryRemove(path)) PartialFiles.TryRemove(journal);
    }

    private bool Fits(FileInfo file, ImageIdentity image)
    {
        byte[]? digest = _digests.GetOrAdd((file.FullName, file.LastWriteTimeUtc, image.Algorithm.Name!), static k => new Lazy<byte[]?>(() => DigestOf(k.Path, k.Algorithm))).Value;
        return digest is not null && digest.AsSpan().SequenceEqual(image.Digest.Span);
    }

    // Null when it cannot be read.
    private static byte[]? DigestOf(string path, string algorithm)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            return algorithm == HashAlgorithmName.MD5.Name ? MD5.HashData(file) : SHA256.HashData(file);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            return null;
        }
    }
}
