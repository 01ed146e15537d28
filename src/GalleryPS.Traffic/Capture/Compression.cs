using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace GalleryPS.Traffic;

/// <summary>Recognises compressed captures by their first bytes and unpacks them while they are read.</summary>
internal static class Compression
{
    /// <summary>
    /// Largest window of Zstandard that is unpacked, as a power of two: 128 MiB, what other programs take as well. A frame
    /// names its window, and a decoder needs as much memory.
    /// </summary>
    private const int LargestWindow = 27;

    private const uint ZstandardFrame = 0xFD2FB528;
    private const uint SkippableFrame = 0x184D2A50;

    /// <summary>The unpacked content of a file that is compressed with gzip or Zstandard.</summary>
    /// <param name="buffer">What was read of the file; the stream takes it over.</param>
    /// <returns>Null when the file is not compressed.</returns>
    public static Stream? Open(CaptureBuffer buffer)
    {
        if (!buffer.Ensure(4)) return null;
        if (buffer.Available is [0x1F, 0x8B, 8, ..]) return new GZipStream(new ResumedStream(buffer), CompressionMode.Decompress);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(buffer.Available);

        // Parallel compressors write a frame of their own, which others skip, before the first one that holds data.
        return magic == ZstandardFrame || (magic & ~0xFU) == SkippableFrame ? new ZstandardStream(new ResumedStream(buffer)) : null;
    }

    /// <summary>A stream that begins with what a window had read ahead.</summary>
    private sealed class ResumedStream(CaptureBuffer buffer) : SequentialStream
    {
        public override int Read(Span<byte> destination)
        {
            if (destination.IsEmpty || !buffer.Ensure(1)) return 0;
            int count = Math.Min(destination.Length, buffer.Available.Length);
            buffer.Available[..count].CopyTo(destination);
            buffer.Advance(count);
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) buffer.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Unpacks Zstandard; damage is told in the way streams of the framework tell it.</summary>
    private sealed class ZstandardStream : SequentialStream
    {
        private readonly DecompressionStream _stream;

        public ZstandardStream(Stream source)
        {
            _stream = new DecompressionStream(source, leaveOpen: false);
            _stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, LargestWindow);
        }

        public override int Read(Span<byte> destination)
        {
            try
            {
                return _stream.Read(destination);
            }
            catch (ZstdException e) when (e.Code == ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge)
            {
                throw new InvalidDataException($"the compression needs a window of more than {1 << (LargestWindow - 20)} MiB of memory", e);
            }
            catch (ZstdException e)
            {
                throw new InvalidDataException($"the compressed data is damaged ({e.Message})", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _stream.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>A stream that is only read, from its beginning to its end.</summary>
    private abstract class SequentialStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public abstract override int Read(Span<byte> buffer);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
