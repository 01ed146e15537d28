namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>The fixed colours of terminals' text.</summary>
internal static class Palette
{
    /// <summary>xterm's 16 colours as 0xRRGGBB; terminals let users change them, so these are what most have.</summary>
    public static ReadOnlySpan<int> Ansi16 =>
    [
        0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
        0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ];

    /// <summary>The six steps of each channel in the colour cube, 16 to 231.</summary>
    public static ReadOnlySpan<byte> CubeSteps => [0, 95, 135, 175, 215, 255];

    /// <summary>The nearest of the 256 colours, without the first 16, which users change.</summary>
    public static int Nearest256(int r, int g, int b)
    {
        int cr = CubeStep(r), cg = CubeStep(g), cb = CubeStep(b);
        int cube = Distance(r, g, b, CubeSteps[cr], CubeSteps[cg], CubeSteps[cb]);

        // The greys 232 to 255 are 8, 18, ... 238; the nearest one is that of the mean with the distance's weights.
        int grey = Math.Clamp(((3 * r + 6 * g + b) / 10 - 3) / 10, 0, 23);
        int level = 8 + 10 * grey;
        return Distance(r, g, b, level, level, level) < cube ? 232 + grey : 16 + 36 * cr + 6 * cg + cb;
    }

    /// <summary>The nearest of the 16 colours.</summary>
    public static int Nearest16(int r, int g, int b)
    {
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < Ansi16.Length; i++)
        {
            int color = Ansi16[i];
            int distance = Distance(r, g, b, color >> 16, color >> 8 & 255, color & 255);
            if (distance >= least) continue;
            (best, least) = (i, distance);
        }

        return best;
    }

    /// <summary>Squares, weighted as eyes see: green most, blue least.</summary>
    private static int Distance(int r1, int g1, int b1, int r2, int g2, int b2) =>
        3 * (r1 - r2) * (r1 - r2) + 6 * (g1 - g2) * (g1 - g2) + (b1 - b2) * (b1 - b2);

    private static int CubeStep(int value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}
