using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static System.FormattableString;

namespace GalleryPS.Images.Storage;

/// <summary>
/// Stores received images in one directory. An image is written beside its final name and renamed when it is whole,
/// so whoever looks at the directory sees whole images only.
/// </summary>
/// <remarks>
/// May be used from several threads, and beside other processes that store into the same directory: no image
/// overwrites another unless that was asked for. Symbolic links are replaced or avoided, never followed. What a
/// killed process leaves behind are files named <c>.gallery-*.part</c>, which <see cref="RemoveAbandoned"/> removes.
/// </remarks>
public sealed class ImageStore
{
    /// <summary>Behind the name of an image of which only a part is there.</summary>
    internal const string PartialSuffix = ".partial";

    /// <summary>Names whose next number is remembered; the names come from the network and must not fill memory.</summary>
    private const int MaxRememberedNames = 4096;

    private readonly Dictionary<string, int> _lastNumbers = new(StringComparer.Ordinal);

    // Hashes of the names that this store gave: a file it stored itself is never replaced. A collision only adds a number.
    private readonly HashSet<ulong> _given = [];
    private readonly Lock _lock = new();
    private readonly long _minimumFreeSpace;
    private long _lastLook = long.MinValue / 2;

    /// <summary>Opens a directory for storing and creates it when it is missing.</summary>
    /// <param name="directory">The directory, absolute or relative to the current one.</param>
    /// <param name="force">
    /// True to replace files of the same name that were there before; false to number the new ones (<c>name-2.jpg</c>). Images
    /// that this store was given under one name are numbered in any case.
    /// </param>
    /// <param name="minimumFreeSpace">Bytes that must stay free on its disk.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/>: it cannot be created.</exception>
    public ImageStore(string directory, bool force = false, long minimumFreeSpace = 0)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            FullPath = System.IO.Directory.CreateDirectory(directory).FullName;
        }
        catch (Exception e) when (e is ArgumentException || StorageErrors.IsExpected(e))
        {
            throw StorageErrors.Translate(e, directory);
        }

        Force = force;
        _minimumFreeSpace = minimumFreeSpace;
    }

    /// <summary>Full path of the directory.</summary>
    public string FullPath { get; }

    /// <summary>Whether files of the same name are replaced.</summary>
    public bool Force { get; }

    /// <summary>Removes what killed processes left of images that never became whole; never the files of a living one.</summary>
    /// <returns>How many files.</returns>
    public int RemoveAbandoned() => PartialFiles.RemoveAbandoned(FullPath);

    /// <summary>Begins an image. Dispose the writer in any case; without a commit that removes what was written.</summary>
    /// <param name="bytes">How long it will be, where that is known.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/> or <see cref="ErrorIds.DiskAlmostFull"/>.</exception>
    public ImageWriter Create(long bytes = 0)
    {
        LookAtDisk(bytes);
        return new ImageWriter(this);
    }

    /// <summary>Stores an image that is in memory.</summary>
    /// <param name="data">Its bytes.</param>
    /// <param name="wantedName">The name it should have; made safe by <see cref="SafeFileName.From"/>.</param>
    /// <returns>Full path of the stored file.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/>; nothing is left behind.</exception>
    public string Store(ReadOnlySpan<byte> data, string wantedName)
    {
        using ImageWriter writer = Create(data.Length);
        writer.Write(data);
        return writer.Commit(wantedName);
    }

    /// <summary>Renames a finished temporary file to the first name that is free, or over the file that has it.</summary>
    /// <param name="temporary">Full path of the temporary file.</param>
    /// <param name="wantedName">The name as it came.</param>
    /// <returns>Full path of the stored file.</returns>
    internal string Publish(string temporary, string wantedName)
    {
        string name = SafeFileName.From(wantedName);
        string target = Path.Combine(FullPath, name);
        try
        {
            int number = NextNumber(name);
            if (Force)
            {
                // A directory cannot be replaced by a file: then, too, the file gets a number.
                while (true)
                {
                    string candidate = number == 1 ? name : SafeFileName.WithNumber(name, number);
                    target = Path.Combine(FullPath, candidate);
                    if (!IsDirectory(target) && TryClaim(candidate)) break;
                    number++;
                }

                Remember(name, number);
                File.Move(temporary, target, overwrite: true);
                return target;
            }

            while (true)
            {
                if (number > 1) target = Path.Combine(FullPath, SafeFileName.WithNumber(name, number));
                if (ExclusiveRename.TryMove(temporary, target)) break;
                number++;
            }

            TryClaim(Path.GetFileName(target));

            Remember(name, number);
            return target;
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw StorageErrors.Translate(e, target);
        }
    }

    /// <summary>Whether the disk has room for more and what must stay free. Small steps are looked at some times a second.</summary>
    /// <param name="bytes">Bytes that are about to be written.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.DiskAlmostFull"/>.</exception>
    internal void LookAtDisk(long bytes)
    {
        const int Interval = 100, Small = 1 << 20;
        if (_minimumFreeSpace == 0 || (bytes < Small && Environment.TickCount64 - Interlocked.Read(ref _lastLook) < Interval)) return;
        long free;
        try
        {
            free = new DriveInfo(FullPath).AvailableFreeSpace;
        }
        catch (Exception e) when (e is ArgumentException || StorageErrors.IsExpected(e))
        {
            return; // a share that has no drive: writing tells
        }

        if (free - bytes < _minimumFreeSpace)
        {
            throw new GalleryException(
                ErrorIds.DiskAlmostFull, GalleryErrorCategory.LimitsExceeded,
                Invariant($"{FullPath} has {free:N0} bytes left, and {_minimumFreeSpace:N0} must stay free."), FullPath,
                "Free some disk space, name another output directory, or lower the limit (-MinimumFreeSpace).");
        }

        Interlocked.Exchange(ref _lastLook, Environment.TickCount64);
    }

    /// <summary>A link to a directory is no directory here: it can be replaced.</summary>
    private static bool IsDirectory(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    /// <summary>Takes a name, which no other image of this store gets then.</summary>
    /// <returns>False when it was taken.</returns>
    internal bool TryClaim(string name)
    {
        string same = OperatingSystem.IsLinux() ? name : name.ToUpperInvariant();
        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes(same.AsSpan())));
        lock (_lock) return _given.Add(hash);
    }

    /// <summary>Where to begin counting: without it, the thousandth image of one name would try a thousand names.</summary>
    private int NextNumber(string name)
    {
        lock (_lock)
            return _lastNumbers.TryGetValue(name, out int last) ? last + 1 : 1;
    }

    private void Remember(string name, int number)
    {
        lock (_lock)
        {
            if (_lastNumbers.Count >= MaxRememberedNames) _lastNumbers.Clear();
            _lastNumbers[name] = number;
        }
    }
}
