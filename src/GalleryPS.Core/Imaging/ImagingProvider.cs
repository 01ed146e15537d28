using System.Reflection;
using System.Runtime.Loader;

namespace GalleryPS.Imaging;

/// <summary>
/// Finds GalleryPS.Imaging, which not every build has. The engine never refers to it: whoever runs the engine says
/// where it would lie, and it is loaded when pixels are first needed.
/// </summary>
public static class ImagingProvider
{
    private const string AssemblyName = "GalleryPS.Imaging";
    private const string TypeName = "GalleryPS.Imaging.ImageSharpImaging";
    private static readonly Lock Lock = new();
    private static Func<IImaging?> _find = static () => FindIn(AssemblyLoadContext.Default, AppContext.BaseDirectory);
    private static IImaging? _current;
    private static bool _searched;
    private static string? _problem;

    /// <summary>The add-on, or null where there is none.</summary>
    public static IImaging? Current
    {
        get
        {
            lock (Lock)
            {
                if (_searched) return _current;
                _searched = true;
                return _current = _find();
            }
        }
    }

    /// <summary>The add-on.</summary>
    /// <param name="purpose">What it is needed for, as the subject of a sentence: "Drawing in the terminal".</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.ImagingUnavailable"/>.</exception>
    public static IImaging Require(string purpose) => Current ?? throw new GalleryException(
        ErrorIds.ImagingUnavailable, GalleryErrorCategory.ResourceUnavailable,
        $"{purpose} needs pixels, and this build of GalleryPS has no GalleryPS.Imaging{(_problem is null ? "" : $" that works ({_problem})")}.",
        AssemblyName,
        "Install a packaged GalleryPS, or run build.ps1 where the package SixLabors.ImageSharp can be restored.");

    /// <summary>Says where to look: <c>GalleryPS.Imaging.dll</c> in a folder, with what it refers to beside it.</summary>
    /// <param name="context">The load context that shall have it.</param>
    /// <param name="folder">The folder.</param>
    public static void SearchIn(AssemblyLoadContext context, string folder) => Use(() => FindIn(context, folder));

    /// <summary>Says how to find it. Nothing is looked for before pixels are needed.</summary>
    /// <param name="find">Gives the add-on, or null.</param>
    public static void Use(Func<IImaging?> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        lock (Lock)
        {
            (_find, _searched, _current, _problem) = (find, false, null, null);
        }
    }

    private static IImaging? FindIn(AssemblyLoadContext context, string folder)
    {
        string file = Path.Combine(folder, AssemblyName + ".dll");
        if (!File.Exists(file)) return null;
        try
        {
            // Only the default context does not look beside the assembly for what that refers to.
            if (context == AssemblyLoadContext.Default) context.Resolving += FromFolder;
            Assembly assembly = context.LoadFromAssemblyPath(file);
            return (IImaging?)Activator.CreateInstance(assembly.GetType(TypeName, throwOnError: true)!);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException or MissingMethodException or InvalidCastException or TargetInvocationException)
        {
            _problem = (e.InnerException ?? e).Message;
            return null;
        }

        Assembly? FromFolder(AssemblyLoadContext to, AssemblyName name)
        {
            string beside = Path.Combine(folder, name.Name + ".dll");
            return name.Name is "SixLabors.ImageSharp" && File.Exists(beside) ? to.LoadFromAssemblyPath(beside) : null;
        }
    }
}
