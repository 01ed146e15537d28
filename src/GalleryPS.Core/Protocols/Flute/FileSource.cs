using Flute;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.Protocols.Flute;

/// <summary>An image file that is read when its turn comes; it is not kept open, for a gallery may have thousands.</summary>
internal sealed class FileSource(string path, long length) : IObjectSource
{
    public long Length => length;

    public void Read(long offset, Span<byte> buffer)
    {
        using SafeFileHandle file = InputFile.Open(path, CancellationToken.None);
        while (!buffer.IsEmpty)
        {
            int read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) throw new EndOfStreamException($"{path} became shorter while it was sent.");
            buffer = buffer[read..];
            offset += read;
        }
    }
}
