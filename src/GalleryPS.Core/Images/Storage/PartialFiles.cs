using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace GalleryPS.Images.Storage;

/// <summary>
/// The files beside the images of a directory that are none yet: temporary ones, which name the process that writes them, and
/// unfinished images with their journals, which a later receiver goes on with.
/// </summary>
internal static class PartialFiles
{
    private const int RandomDigits = 16, MostAttempts = 200, FewAttempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static int _open;
    private const string Prefix = ".gallery-", Part = ".part", Partial = ".partial", Journal = ".journal";

    /// <summary>A new name for a temporary file.</summary>
    public static string TemporaryName() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true)}{Part}");

    /// <summary>The unfinished image of a key, and its journal.</summary>
    public static (string Image, string Journal) PathsOf(string directory, string key) =>
        (Path.Combine(directory, Prefix + key + Partial), Path.Combine(directory, Prefix + key + Journal));

    /// <summary>Opens a file that no other process may have open. A link is not followed.</summary>
    /// <exception cref="IOException">Somebody has it, or it cannot be opened.</exception>
    public static FileStream Open(string path, FileMode mode)
    {
        if (mode != FileMode.CreateNew && new FileInfo(path).LinkTarget is not null) throw new IOException($"'{path}' is a link.");
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 });
            }
            catch (IOException e) when (StorageErrors.IsTooManyFiles(e) && attempt < (Volatile.Read(ref _open) > 0 ? MostAttempts : FewAttempts))
            {
                // Images that are whole get their names and are closed in a moment.
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>An image was opened (1) or closed (-1): others may wait for that.</summary>
    public static void Count(int change) => Interlocked.Add(ref _open, change);

    /// <summary>
    /// Removes temporary files of processes that are no more. A file is spared when a process of its number lives on this machine, or
    /// when anybody, perhaps on another machine or in a container, has it open.
    /// </summary>
    /// <returns>How many.</returns>
    public static int RemoveAbandoned(string directory)
    {
        int removed = 0;
        foreach (string path in Enumerate(directory, Prefix + "*" + Part))
        {
            if (ProcessOf(Path.GetFileName(path)) is { } process && !IsAlive(process) && TryRemove(path)) removed++;
        }

        return removed;
    }

    /// <summary>
    /// Removes unfinished images of which no part is there, and of the others those that were not touched for longest, until the rest has no more
    /// than so many bytes.
    /// </summary>
    public static void Limit(string directory, long mostBytes)
    {
        long bytes = 0;
        foreach (FileInfo image in Enumerate(directory, Prefix + "*" + Partial).Select(static p => new FileInfo(p)).OrderByDescending(static f => f.LastWriteTimeUtc))
        {
            var journal = new FileInfo(Path.ChangeExtension(image.FullName, Journal));
            bool isHollow = !journal.Exists || journal.Length < PartialJournal.RecordLength;
            if (!isHollow && image.Exists) bytes += image.Length;
            if ((isHollow || bytes > mostBytes) && TryRemove(image.FullName)) TryRemove(journal.FullName);
        }
    }

    /// <summary>Removes a file that nobody has open.</summary>
    public static bool TryRemove(string path)
    {
        try
        {
            if (new FileInfo(path).LinkTarget is null) Open(path, FileMode.Open).Dispose();
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            return false;
        }
    }

    private static IEnumerable<string> Enumerate(string directory, string pattern)
    {
        try
        {
            return Directory.GetFiles(directory, pattern, new EnumerationOptions { MatchType = MatchType.Simple, MatchCasing = MatchCasing.CaseSensitive, AttributesToSkip = FileAttributes.Directory });
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            return [];
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var known = Process.GetProcessById(process);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    // The process that a temporary file names; null for a file of somebody else.
    private static int? ProcessOf(string name) =>
        name[Prefix.Length..^Part.Length].Split('-') is [var number, { Length: RandomDigits }] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            ? process
            : null;
}
