using System.Runtime.Loader;
using GalleryPS.Imaging;

namespace GalleryPS.Cmdlets;

/// <summary>Where GalleryPS.Imaging lies: beside the cmdlets, and it is loaded where they are.</summary>
internal static class ModulePixels
{
    private static bool _told;

    /// <summary>Tells the engine where to look; nothing is loaded before it is needed.</summary>
    public static void Find()
    {
        if (_told) return;
        _told = true;
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(ModulePixels).Assembly) ?? AssemblyLoadContext.Default;
        ImagingProvider.SearchIn(context, Path.GetDirectoryName(typeof(ModulePixels).Assembly.Location)!);
    }
}
