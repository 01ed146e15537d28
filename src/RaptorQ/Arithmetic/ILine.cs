namespace RaptorQ.Arithmetic;

/// <summary>
/// 64 octets of a symbol, one cache line, and the operations of RFC 6330 section 5.7.5 on them. There is one implementation
/// per instruction set; all loops over symbols are written once, for any of them.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal unsafe interface ILine<TSelf>
    where TSelf : unmanaged, ILine<TSelf>
{
    /// <summary>The instruction set, for reports.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this processor has it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The 64 octets at <paramref name="address"/>, which need not be aligned.</summary>
    static abstract TSelf Load(byte* address);

    /// <summary>Stores 64 octets at <paramref name="address"/>, which need not be aligned.</summary>
    static abstract void Store(byte* address, TSelf line);

    /// <summary>The sum of two lines.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>The product of every octet with alpha = 2.</summary>
    static abstract TSelf MultiplyByAlpha(TSelf line);

    /// <summary>The product of every octet with <paramref name="factor"/>.</summary>
    static abstract TSelf Multiply(TSelf line, byte factor);
}
