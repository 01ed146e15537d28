namespace RaptorQ;

/// <summary>Where a source block lies in its object (RFC 6330 section 4.4.1.2).</summary>
/// <param name="Number">The source block number (SBN), from 0.</param>
/// <param name="Offset">The first octet of the block in the object.</param>
/// <param name="Length">Octets of the object in this block, without padding.</param>
/// <param name="SymbolCount">K, source symbols; 0 when an object has fewer symbols than source blocks.</param>
public readonly record struct SourceBlockInformation(int Number, long Offset, long Length, int SymbolCount);
