using System.Reflection;
using System.Runtime.Loader;

namespace GalleryPS.Loading;

/// <summary>
/// Where the module's private assemblies live. PowerShell is one process full of other people's assemblies: what only the
/// cmdlets need (image libraries above all) is loaded here, so that another module may bring another version of it. What
/// scripts see (this assembly and those below it) is shared with the default context.
/// </summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Lock OnlyOne = new();
    private static readonly Dictionary<string, ModuleLoadContext> Contexts = new(StringComparer.Ordinal);
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase) { "GalleryPS.Core", "Flute", "RaptorQ" };
    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("GalleryPS") => _folder = folder;

    /// <summary>Loads an assembly of the module; at a second import it is the same one.</summary>
    /// <param name="path">Full path of the assembly.</param>
    /// <returns>The assembly.</returns>
    /// <exception cref="IOException">There is none.</exception>
    public static Assembly LoadModule(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        lock (OnlyOne)
        {
            if (!Contexts.TryGetValue(folder, out ModuleLoadContext? context)) Contexts[folder] = context = new ModuleLoadContext(folder);
            return context.LoadFromAssemblyPath(full);
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        string? name = assemblyName.Name;
        if (name is null) return null;
        if (string.Equals(name, typeof(ModuleLoadContext).Assembly.GetName().Name, StringComparison.OrdinalIgnoreCase)) return typeof(ModuleLoadContext).Assembly;
        string file = Path.Combine(_folder, name + ".dll");
        if (!File.Exists(file)) return null;

        // LoadFrom, so that what these refer to in turn is looked for beside them.
        return Shared.Contains(name) ? Assembly.LoadFrom(file) : LoadFromAssemblyPath(file);
    }
}
