namespace GalleryPS.Images.Storage;

/// <summary>
/// An image that is being stored: a stream into a temporary file, which gets its name when it is whole. It can seek
/// and be read, so a header may be read back from it and parts may come in any order.
/// </summary>
/// <remarks>
/// Nothing is buffered: write in pieces of some kilobytes. Failures of the system are reported as
/// <see cref="GalleryException"/> with <see cref="ErrorIds.CannotWriteImage"/>, and the temporary file is removed.
/// </remarks>
public sealed class ImageWriter : Stream
{
    private readonly ImageStore _store;
    private readonly string _temporary;
    private readonly FileStream _file;
    private bool _finished, _closed;

    internal ImageWriter(ImageStore store)
    {
        _store = store;
        _temporary = Path.Combine(store.FullPath, PartialFiles.TemporaryName());
        try
        {
            // Never through somebody's link.
            _file = PartialFiles.Open(_temporary, FileMode.CreateNew);
            PartialFiles.Count(1);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw StorageErrors.Translate(e, store.FullPath);
        }
    }

    /// <summary>An image whose parts stay when it is given up.</summary>
    internal ImageWriter(ImageStore store, FileStream file, PartialJournal journal)
    {
        (_store, _temporary, _file, Journal) = (store, file.Name, file, journal);
        PartialFiles.Count(1);
    }

    /// <summary>Says which parts are right; null for an image that is removed when it is given up.</summary>
    internal PartialJournal? Journal { get; private set; }

    /// <summary>What was written is wrong: nothing of it stays.</summary>
    internal void Spoil()
    {
        PartialJournal? journal = Journal;
        Journal = null;
        try
        {
            journal?.Delete();
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            // Each of its records is checked before it is believed.
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => !_finished;

    /// <inheritdoc/>
    public override bool CanSeek => !_finished;

    /// <inheritdoc/>
    public override bool CanWrite => !_finished;

    /// <inheritdoc/>
    public override long Length => _file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _file.Position;
        set => _file.Position = value;
    }

    /// <summary>Ends the image and gives it its name.</summary>
    /// <param name="wantedName">The name it should have; made safe by <see cref="SafeFileName.From"/>.</param>
    /// <returns>Full path of the stored file: the wanted name, or a numbered one when that was taken.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/>; nothing is left behind.</exception>
    public string Commit(string wantedName)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        return Guard(() =>
        {
            CloseFile();
            string path = _store.Publish(_temporary, wantedName);
            _finished = true;
            Spoil();
            return path;
        });
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _file.Read(buffer);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw Fail(e);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _store.LookAtDisk(buffer.Length);
            _file.Write(buffer);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw Fail(e);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw Fail(e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Every write has gone to the system already.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

    /// <inheritdoc/>
    public override void SetLength(long value) => Guard(() =>
    {
        _file.SetLength(value);
        return true;
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_finished) Abandon();
        base.Dispose(disposing);
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (GalleryException)
        {
            Abandon();
            throw;
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw Fail(e);
        }
    }

    private GalleryException Fail(Exception e)
    {
        Abandon();
        return StorageErrors.Translate(e, _store.FullPath);
    }

    private void CloseFile()
    {
        if (!_closed) PartialFiles.Count(-1);
        _closed = true;
        _file.Dispose();
    }

    /// <summary>Removes the temporary file. That this fails, too, is of no use to anybody to hear.</summary>
    private void Abandon()
    {
        _finished = true;
        try
        {
            CloseFile();
            if (Journal is { HasParts: true })
            {
                Journal.Dispose();
                return;
            }

            File.Delete(_temporary);
            Spoil();
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            // What made the write fail is reported; the file keeps the name that says it is a part.
        }
    }
}
