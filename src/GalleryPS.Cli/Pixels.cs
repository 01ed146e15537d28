using System.Runtime.Loader;
using GalleryPS.Imaging;

namespace GalleryPS.Cli;

/// <summary>Where GalleryPS.Imaging lies: beside this program; in a checkout also in the module that was built there.</summary>
internal static class Pixels
{
    /// <summary>Tells the engine where to look; nothing is loaded before it is needed.</summary>
    public static void Find()
    {
        string folder = AppContext.BaseDirectory;
        if (!File.Exists(Path.Combine(folder, "GalleryPS.Imaging.dll")) && Checkout(folder) is { } root)
        {
            folder = Path.Combine(root, "output", "GalleryPS", "bin");
        }

        ImagingProvider.SearchIn(AssemblyLoadContext.Default, folder);
    }

    /// <summary>The root of the checkout this was built in, or null: the program lies in src/GalleryPS.Cli/bin/(configuration)/(framework).</summary>
    private static string? Checkout(string folder)
    {
        DirectoryInfo? project = new DirectoryInfo(Path.TrimEndingDirectorySeparator(folder)).Parent?.Parent?.Parent;
        return project is { Name: "GalleryPS.Cli", Parent: { Name: "src", Parent: { } root } } ? root.FullName : null;
    }
}
