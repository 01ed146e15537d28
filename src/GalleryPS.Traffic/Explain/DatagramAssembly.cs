using System.Collections;

namespace GalleryPS.Traffic;

/// <summary>Puts the fragments of one UDP datagram together.</summary>
internal sealed class DatagramAssembly
{
    private const int Largest = 65536 + 8;

    private readonly byte[] _bytes = new byte[Largest];
    private readonly BitArray _present = new(Largest / 8);
    private int _length;

    /// <summary>Takes a fragment in; what the capture holds of it must be whole.</summary>
    public void Add(int offset, ReadOnlySpan<byte> captured, long length, bool isLast)
    {
        if (captured.Length != length || offset + captured.Length > Largest) return;
        captured.CopyTo(_bytes.AsSpan(offset));
        for (int unit = offset / 8; unit < (offset + captured.Length + 7) / 8; unit++)
            _present[unit] = true;
        if (isLast) _length = offset + captured.Length;
    }

    /// <summary>The datagram's payload when all of it is there; else nothing.</summary>
    public ReadOnlySpan<byte> Payload
    {
        get
        {
            if (_length < LayerModel.UdpHeader) return default;
            for (int unit = 0; unit < (_length + 7) / 8; unit++)
            {
                if (!_present[unit]) return default;
            }

            return _bytes.AsSpan(LayerModel.UdpHeader.._length);
        }
    }
}
