namespace RaptorQ.Code;

/// <summary>The degree generator Deg[v] (RFC 6330 section 5.3.5.2, Table 1).</summary>
internal static class DegreeGenerator
{
    /// <summary>The largest degree that the generator can give.</summary>
    public const int MaxDegree = 30;

    private static ReadOnlySpan<uint> Table =>
    [
        0, 5243, 529531, 704294, 791675, 844104, 879057, 904023, 922747, 937311, 948962, 958494, 966438, 973160,
        978921, 983914, 988283, 992138, 995565, 998631, 1001391, 1003887, 1006157, 1008229, 1010129, 1011876,
        1013490, 1014983, 1016370, 1017662, 1048576,
    ];

    /// <summary>min(d, W - 2) for the d with f[d-1] &lt;= <paramref name="v"/> &lt; f[d].</summary>
    /// <param name="v">A number below 2^20.</param>
    /// <param name="w">W, the number of LT symbols.</param>
    public static int Deg(uint v, int w)
    {
        int degree = 1;
        while (v >= Table[degree])
        {
            degree++;
        }

        return Math.Min(degree, w - 2);
    }
}
