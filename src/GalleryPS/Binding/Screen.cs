using System.Management.Automation.Host;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>The window that views are shown in.</summary>
internal static class Screen
{
    /// <summary>How many characters a line has; what is usual where there is no window, as in jobs.</summary>
    /// <param name="host">The host of the session, or none.</param>
    public static int Columns(PSHost? host)
    {
        // What a job or another host shows is shown somewhere else.
        if (host is null or { Name: "ServerRemoteHost" }) return TrafficText.UsualColumns;
        try
        {
            return host.UI?.RawUI?.BufferSize.Width is { } width and > 0 ? width : TrafficText.UsualColumns;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or NotSupportedException or InvalidOperationException or IOException)
        {
            // Hosts without a window say so in various ways.
            return TrafficText.UsualColumns;
        }
    }
}
