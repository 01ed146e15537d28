namespace Flute;

/// <summary>How far an object is that is under way.</summary>
/// <param name="Index">Its place in the FDT, from 0.</param>
/// <param name="Name">Its name as the FDT has it; not yet safe to show or to store.</param>
/// <param name="Done">Bytes that were sent in this pass, or that are there.</param>
/// <param name="Total">Bytes in all, as they travel.</param>
public readonly record struct ObjectProgress(int Index, string Name, long Done, long Total);
