using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GalleryPS.Images.Storage;

/// <summary>
/// Says which parts of an unfinished image are right: a record of place, length and SHA-256 for each. It is only ever appended to, and
/// each record is held against what is in the image before it is believed, so that whoever is killed in the middle of a write, or
/// whatever a disk lost, costs a part and never makes a wrong image.
/// </summary>
internal sealed class PartialJournal : IDisposable
{
    /// <summary>Bytes of a record.</summary>
    public const int RecordLength = 48;

    private const int MaxRecords = 1 << 20;
    private readonly string _path;
    private readonly FileStream _file;
    private bool _isBroken;

    private PartialJournal(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Whether a part was noted, or was there.</summary>
    public bool HasParts { get; private set; }

    /// <summary>Opens a journal, which may be there already.</summary>
    public static PartialJournal Open(string path)
    {
        FileStream file = PartialFiles.Open(path, FileMode.OpenOrCreate);
        return new PartialJournal(path, file) { HasParts = file.Length >= RecordLength };
    }

    /// <summary>Notes that a part was written.</summary>
    public void Add(long offset, ReadOnlySpan<byte> bytes)
    {
        if (_isBroken) return;
        Span<byte> record = stackalloc byte[RecordLength];
        BinaryPrimitives.WriteInt64BigEndian(record, offset);
        BinaryPrimitives.WriteInt64BigEndian(record[8..], bytes.Length);
        SHA256.HashData(bytes, record[16..]);
        try
        {
            _file.Write(record);
            HasParts = true;
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            // The image itself may still become whole.
            _isBroken = true;
        }
    }

    /// <summary>The parts of an image that are as they were written; what is behind them can be appended to.</summary>
    /// <param name="image">The image.</param>
    /// <param name="length">How long it will be.</param>
    public List<(long Offset, long Length)> Check(Stream image, long length)
    {
        var records = new Dictionary<(long Offset, long Length), byte[]>();
        byte[] record = new byte[RecordLength];
        _file.Position = 0;
        while (records.Count < MaxRecords && _file.ReadAtLeast(record, RecordLength, throwOnEndOfStream: false) == RecordLength)
        {
            long offset = BinaryPrimitives.ReadInt64BigEndian(record), bytes = BinaryPrimitives.ReadInt64BigEndian(record.AsSpan(8));
            if (offset >= 0 && bytes > 0 && bytes <= length && offset <= length - bytes) records[(offset, bytes)] = record[16..];
        }

        // A record that was not written to its end goes, so that those that follow can be read.
        long whole = _file.Length / RecordLength * RecordLength;
        if (_file.Length > whole) _file.SetLength(whole);
        _file.Position = whole;
        return [.. records.Where(r => Fits(image, r.Key.Offset, r.Key.Length, r.Value)).Select(static r => r.Key)];
    }

    /// <summary>Removes it.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    private static bool Fits(Stream image, long offset, long length, byte[] digest)
    {
        if (offset + length > image.Length) return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            image.Position = offset;
            for (long left = length; left > 0;)
            {
                int read = image.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0) return false;
                hash.AppendData(buffer, 0, read);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(digest);
    }
}
