namespace GalleryPS;

/// <summary>A program on a host of a lab wrote a line.</summary>
/// <param name="Host">The host.</param>
/// <param name="Text">The line.</param>
/// <param name="IsError">Whether it was written to standard error.</param>
public sealed record LabOutputEvent(string Host, string Text, bool IsError) : GalleryEvent;
