using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Pixels.Animations;

/// <summary>What the frames of an animation are drawn onto, one after the other. It begins transparent.</summary>
internal sealed class Canvas(Image<Rgba32> image) : IDisposable
{
    private AnimationFrame? _last;
    private Rgba32[]? _before;

    /// <summary>The canvas as it is.</summary>
    public Image<Rgba32> Image { get; } = image;

    /// <summary>Whether a frame lies within the canvas.</summary>
    public bool Has(AnimationFrame frame) =>
        (long)frame.Left + frame.Size.Width <= Image.Width && (long)frame.Top + frame.Size.Height <= Image.Height;

    /// <summary>Draws a frame, once the one before has been disposed of as it asked for.</summary>
    /// <param name="frame">A frame that lies within the canvas.</param>
    /// <param name="picture">Its picture, in its size.</param>
    public void Draw(AnimationFrame frame, Image<Rgba32> picture)
    {
        DisposeOfLast();
        if (frame.Disposal == Disposal.Restore) _before = Copy(frame);
        for (int y = 0; y < frame.Size.Height; y++)
        {
            Span<Rgba32> from = picture.DangerousGetPixelRowMemory(y).Span, to = Row(frame, y);
            if (frame.Blend) Over(from, to);
            else from.CopyTo(to);
        }

        _last = frame;
    }

    public void Dispose() => Image.Dispose();

    private void DisposeOfLast()
    {
        if (_last is not { Disposal: not Disposal.Keep } last) return;
        for (int y = 0; y < last.Size.Height; y++)
        {
            if (last.Disposal == Disposal.Clear) Row(last, y).Clear();
            else _before.AsSpan(y * last.Size.Width, last.Size.Width).CopyTo(Row(last, y));
        }
    }

    private Rgba32[] Copy(AnimationFrame frame)
    {
        var copy = new Rgba32[frame.Size.Width * frame.Size.Height];
        for (int y = 0; y < frame.Size.Height; y++) Row(frame, y).CopyTo(copy.AsSpan(y * frame.Size.Width));
        return copy;
    }

    private Span<Rgba32> Row(AnimationFrame frame, int y) =>
        Image.DangerousGetPixelRowMemory(frame.Top + y).Span.Slice(frame.Left, frame.Size.Width);

    /// <summary>Blends colours whose alpha is not multiplied in (RFC 9649, section 2.7.1.1).</summary>
    private static void Over(ReadOnlySpan<Rgba32> from, Span<Rgba32> to)
    {
        ReadOnlySpan<uint> packed = MemoryMarshal.Cast<Rgba32, uint>(from);
        for (int x = 0; x < from.Length; x++)
        {
            Rgba32 source = from[x];
            switch (source.A)
            {
                case 0: continue;
                case 255:
                    to[x].PackedValue = packed[x];
                    continue;
            }

            Rgba32 under = to[x];
            int below = under.A * (255 - source.A), alpha = 255 * source.A + below;
            to[x] = new Rgba32(Mix(source.R, under.R), Mix(source.G, under.G), Mix(source.B, under.B), (byte)((alpha + 127) / 255));

            byte Mix(byte over, byte behind) => (byte)((255 * source.A * over + below * behind + alpha / 2) / alpha);
        }
    }
}
