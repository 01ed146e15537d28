namespace GalleryPS;

/// <summary>What the bytes of a message are.</summary>
public enum MessageKind : long
{
    /// <summary>UTF-8 text without control characters other than tab and line breaks.</summary>
    Text,

    /// <summary>A JSON object or array in UTF-8 (RFC 8259).</summary>
    Json,

    /// <summary>Anything else.</summary>
    Binary,
}
