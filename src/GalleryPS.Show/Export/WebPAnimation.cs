using System.Buffers.Binary;
using GalleryPS.Show.Pixels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Export;

/// <summary>
/// Writes an animated WebP file (RFC 9649, section 2.7.1): a RIFF container around the bit streams of still WebP images
/// that all have the size of the canvas.
/// </summary>
internal sealed class WebPAnimation
{
    /// <summary>The longest side that 24 bits, less one, can say (section 2.7).</summary>
    public const int LargestSide = 16_384;

    private const byte AnimationFlag = 0x02, AlphaFlag = 0x10, DoNotBlend = 0x02;
    private readonly int _width, _height;
    private readonly MemoryStream _frames = new();
    private bool _alpha;

    /// <summary>Writes an animation of pictures that have one size.</summary>
    /// <param name="frames">The pictures, and how long each stands.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Of(IReadOnlyList<PixelFrame> frames, CancellationToken cancellationToken)
    {
        var animation = new WebPAnimation(frames[0].Image.Width, frames[0].Image.Height);
        var encoder = new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 82 };
        foreach (PixelFrame frame in frames)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Image<Rgba32> picture = Image.LoadPixelData<Rgba32>(frame.Image.Rgba, frame.Image.Width, frame.Image.Height);
            using var still = new MemoryStream();
            picture.SaveAsWebp(still, encoder);
            animation.Add(still.GetBuffer().AsSpan(0, (int)still.Length), frame.Delay);
        }

        using var all = new MemoryStream();
        animation.WriteTo(all);
        return all.ToArray();
    }

    /// <summary>Begins an animation.</summary>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    public WebPAnimation(int width, int height) => (_width, _height) = (width, height);

    /// <summary>Adds a frame.</summary>
    /// <param name="still">A still WebP file of the animation's size.</param>
    /// <param name="delay">How long it stands.</param>
    /// <exception cref="ArgumentException">The file is no still WebP.</exception>
    public void Add(ReadOnlySpan<byte> still, TimeSpan delay)
    {
        using var body = new MemoryStream();
        Span<byte> head = stackalloc byte[16];
        head.Clear();
        UInt24(head[6..], _width - 1);
        UInt24(head[9..], _height - 1);
        UInt24(head[12..], (int)Math.Clamp(delay.TotalMilliseconds, 0, 0xFFFFFF));
        head[15] = DoNotBlend;
        body.Write(head);

        // Of the chunks of a still image only its bit stream goes into a frame, and its alpha plane before that.
        bool any = false;
        for (int at = 12; at + 8 <= still.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(still[(at + 4)..]));
            int end = Math.Min(still.Length, at + 8 + length + (length & 1));
            ReadOnlySpan<byte> chunk = still[at..end];
            bool picture = chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8);
            if (picture || chunk.StartsWith("ALPH"u8)) body.Write(chunk);
            _alpha |= chunk.StartsWith("ALPH"u8) || chunk.StartsWith("VP8L"u8);
            any |= picture;
            at = end;
        }

        if (!any) throw new ArgumentException("This is not a still WebP image.", nameof(still));
        Chunk(_frames, "ANMF"u8, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>Writes the file; it runs for ever.</summary>
    /// <param name="output">Where to.</param>
    public void WriteTo(Stream output)
    {
        using var content = new MemoryStream();
        Span<byte> extended = stackalloc byte[10];
        extended.Clear();
        extended[0] = (byte)(AnimationFlag | (_alpha ? AlphaFlag : 0));
        UInt24(extended[4..], _width - 1);
        UInt24(extended[7..], _height - 1);
        Chunk(content, "VP8X"u8, extended);

        // Background colour (transparent; nobody sees it) and how often: 0 is for ever.
        Chunk(content, "ANIM"u8, [0, 0, 0, 0, 0, 0]);
        Span<byte> head = stackalloc byte[12];
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], checked((uint)(4 + content.Length + _frames.Length)));
        "WEBP"u8.CopyTo(head[8..]);
        output.Write(head);
        content.WriteTo(output);
        _frames.WriteTo(output);
    }

    private static void Chunk(Stream output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[8];
        name.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)body.Length);
        output.Write(head);
        output.Write(body);
        if ((body.Length & 1) != 0) output.WriteByte(0);
    }

    private static void UInt24(Span<byte> at, int value) => (at[0], at[1], at[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
}
