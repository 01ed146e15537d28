using System.Runtime.InteropServices;

namespace RaptorQ.Arithmetic;

/// <summary>
/// Memory outside the managed heap that begins at a cache line and never moves, so that symbols can be larger together
/// than an array may be and lines never straddle two cache lines. Not cleared.
/// </summary>
internal sealed unsafe class AlignedMemory : SafeHandle
{
    // Below this the garbage collector need not know.
    private const long MinPressure = 128 * 1024;

    private readonly long _length;

    /// <summary>Allocates <paramref name="length"/> octets.</summary>
    public AlignedMemory(long length)
        : base(0, ownsHandle: true)
    {
        _length = length;
        SetHandle((nint)NativeMemory.AlignedAlloc(checked((nuint)length), 64));
        if (length >= MinPressure)
        {
            GC.AddMemoryPressure(length);
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Octets.</summary>
    public long Length => _length;

    /// <summary>The first octet. The caller keeps this object alive while it uses the address.</summary>
    public byte* Address => (byte*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        if (_length >= MinPressure)
        {
            GC.RemoveMemoryPressure(_length);
        }

        return true;
    }
}
