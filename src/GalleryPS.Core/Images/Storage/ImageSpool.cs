namespace GalleryPS.Images.Storage;

/// <summary>
/// Takes in an image of unknown length: in memory while it is small, in a file when it grows. What is given up leaves nothing behind.
/// </summary>
internal sealed class ImageSpool(ImageStore? store) : IDisposable
{
    // An image that will be stored gains nothing from memory; one that will not should rather stay there.
    private readonly int _inMemory = store is null ? 4 << 20 : 256 << 10;
    private byte[] _memory = [];
    private FileStream? _temporary;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>The file that is to be stored, once the image outgrew the memory and there is a store; else null.</summary>
    public ImageWriter? Writer { get; private set; }

    /// <summary>Adds bytes.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/>.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Writer is not null || _temporary is not null)
        {
            Write(bytes);
        }
        else if (Length + bytes.Length <= _inMemory)
        {
            if (_memory.Length < Length + bytes.Length)
            {
                Array.Resize(ref _memory, (int)Math.Min(_inMemory, Math.Max(Length + bytes.Length, _memory.Length * 2L)));
            }

            bytes.CopyTo(_memory.AsSpan((int)Length));
        }
        else
        {
            if (store is not null) Writer = store.Create();
            else _temporary = OpenTemporary();
            Write(_memory.AsSpan(0, (int)Length));
            _memory = [];
            Write(bytes);
        }

        Length += bytes.Length;
    }

    /// <summary>The first bytes, as far as they are in memory.</summary>
    public ReadOnlySpan<byte> Start => _memory.AsSpan(0, (int)Math.Min(Length, _memory.Length));

    /// <summary>Reads the image's header.</summary>
    public ImageHeaderResult ReadHeader(out ImageInfo info)
    {
        Stream? file = (Stream?)Writer ?? _temporary;
        if (file is null) return ImageHeader.TryRead(Start, out info);
        file.Position = 0;
        ImageHeaderResult read = ImageHeader.Inspect(file, out info);
        file.Position = Length;
        return read;
    }

    /// <summary>What the image's format says of its end.</summary>
    public ImageCompleteness CheckEnd()
    {
        Stream? file = (Stream?)Writer ?? _temporary;
        if (file is null) return ImageEnd.Check(Start);
        file.Position = 0;
        ImageCompleteness end = ImageEnd.Check(file);
        file.Position = Length;
        return end;
    }

    /// <summary>All bytes in an array of their own. Not for images with a <see cref="Writer"/>.</summary>
    public byte[] ToArray()
    {
        if (_temporary is null) return Start.ToArray();
        byte[] all = GC.AllocateUninitializedArray<byte>((int)Length);
        _temporary.Position = 0;
        _temporary.ReadExactly(all);
        return all;
    }

    public void Dispose()
    {
        Writer?.Dispose();
        _temporary?.Dispose();
        _memory = [];
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            ((Stream?)Writer ?? _temporary)!.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    private static FileStream OpenTemporary()
    {
        try
        {
            return TemporaryFile.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    private static GalleryException CannotWrite(Exception e) => new(
        ErrorIds.CannotWriteImage, GalleryErrorCategory.WriteError, $"An arriving image cannot be stored: {e.Message}", Path.GetTempPath(),
        "Free some disk space, or name another output directory.", e);
}
