using System.Reflection;

namespace GalleryPS.TestSupport;

/// <summary>What a test project knows of where it was built.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>What the project file says in an <c>AssemblyMetadata</c>.</summary>
    public static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value ?? "";
}
