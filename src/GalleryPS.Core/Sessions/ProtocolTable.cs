using GalleryPS.Protocols;
using GalleryPS.Protocols.Flute;
using GalleryPS.Protocols.Plain;

namespace GalleryPS.Sessions;

/// <summary>The protocols there are.</summary>
internal static class ProtocolTable
{
    private static readonly Dictionary<Protocol, IProtocol> All = new()
    {
        [Protocol.Plain] = new PlainProtocol(),
        [Protocol.Flute] = new FluteProtocol(),
    };

    /// <summary>A protocol by its name.</summary>
    public static IProtocol Find(Protocol protocol) => All[protocol];
}
