namespace GalleryPS.HelpBuilder.Pages;

/// <summary>How PowerShell calls types in a syntax diagram.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, string> Accelerators = new(StringComparer.Ordinal)
    {
        ["System.Boolean"] = "bool",
        ["System.Byte"] = "byte",
        ["System.Collections.Hashtable"] = "hashtable",
        ["System.Double"] = "double",
        ["System.Int32"] = "int",
        ["System.Int64"] = "long",
        ["System.Management.Automation.PSCredential"] = "pscredential",
        ["System.Management.Automation.PSObject"] = "psobject",
        ["System.Management.Automation.ScriptBlock"] = "scriptblock",
        ["System.Management.Automation.SwitchParameter"] = "switch",
        ["System.Net.IPAddress"] = "ipaddress",
        ["System.Security.SecureString"] = "securestring",
        ["System.String"] = "string",
        ["System.TimeSpan"] = "timespan",
        ["System.UInt16"] = "ushort",
        ["System.UInt32"] = "uint",
        ["System.Uri"] = "uri",
    };

    /// <summary>The short name of a type.</summary>
    /// <param name="full">Its full name.</param>
    /// <returns>PowerShell's own word for it, or the name without its namespace.</returns>
    public static string Short(string full)
    {
        const string Nullable = "System.Nullable`1[";
        if (full.StartsWith(Nullable, StringComparison.Ordinal)) return Short(full[Nullable.Length..^1]);
        if (full.EndsWith("[]", StringComparison.Ordinal)) return Short(full[..^2]) + "[]";
        return Accelerators.TryGetValue(full, out string? name) ? name : full[(full.LastIndexOf('.') + 1)..];
    }

    /// <summary>Whether a parameter of this type takes no value.</summary>
    /// <param name="full">Full name of the type.</param>
    public static bool IsSwitch(string full) => string.Equals(full, "System.Management.Automation.SwitchParameter", StringComparison.Ordinal);
}
