namespace GalleryPS;

/// <summary>What is asked of a transport in several places.</summary>
internal static class TransportTraits
{
    /// <summary>Whether it has one receiver for each address: each costs a copy of everything. Else one copy is for all.</summary>
    public static bool IsToOne(this Transport transport) => transport is Transport.Unicast or Transport.Tcp;

    /// <summary>How many copies of everything so many receivers cost the sender.</summary>
    public static int CopiesFor(this Transport transport, int receivers) => transport.IsToOne() ? receivers : 1;
}
