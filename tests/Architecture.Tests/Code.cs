using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture.Tests;

/// <summary>The built assemblies of the project, and the folders their types come from.</summary>
internal static class Code
{
    /// <summary>The folder of all projects.</summary>
    public static string Source { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "src"));

    /// <summary>Reads an assembly of the same configuration as the tests.</summary>
    /// <param name="project">Folder of the project.</param>
    /// <param name="assembly">Name of the assembly; null when it is that of the project.</param>
    public static ModuleDefinition Read(string project, string? assembly = null)
    {
        string output = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return ModuleDefinition.ReadModule(
            Path.Combine(Source, project, "bin", output, "net10.0", $"{assembly ?? project}.dll"),
            new ReaderParameters { ReadSymbols = true, SymbolReaderProvider = new EmbeddedPortablePdbReaderProvider(), InMemory = true });
    }

    /// <summary>The room of a type: the first folder under the project's own, or nothing for a file that lies there itself.</summary>
    public static string RoomOf(TypeDefinition type, string project)
    {
        string folder = Path.Combine(Source, project) + Path.DirectorySeparatorChar;
        string? file = FilesOf(type).FirstOrDefault(f => f.StartsWith(folder, StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            ?? Declaring(type, folder);
        string[] path = file[folder.Length..].Split(Path.DirectorySeparatorChar);
        return path.Length == 1 ? "" : path[0];
    }

    /// <summary>All types a type is made of, those of its methods' bodies included; what the compiler made of it belongs to it.</summary>
    public static IEnumerable<TypeReference> UsesOf(TypeDefinition type)
    {
        foreach (TypeReference used in Direct(type))
        {
            foreach (TypeReference part in Parts(used)) yield return part;
        }

        foreach (TypeDefinition nested in type.NestedTypes)
        {
            foreach (TypeReference used in UsesOf(nested)) yield return used;
        }
    }

    /// <summary>The type that is written in the source: nested types belong to theirs.</summary>
    public static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<TypeReference> Direct(TypeDefinition type)
    {
        if (type.BaseType is { } basis) yield return basis;
        foreach (InterfaceImplementation implemented in type.Interfaces) yield return implemented.InterfaceType;
        foreach (CustomAttribute attribute in type.CustomAttributes) yield return attribute.AttributeType;
        foreach (FieldDefinition field in type.Fields) yield return field.FieldType;
        foreach (MethodDefinition method in type.Methods)
        {
            yield return method.ReturnType;
            foreach (ParameterDefinition parameter in method.Parameters) yield return parameter.ParameterType;
            if (!method.HasBody) continue;
            foreach (VariableDefinition variable in method.Body.Variables) yield return variable.VariableType;
            foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
            {
                if (handler.CatchType is { } caught) yield return caught;
            }

            foreach (Instruction instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case TypeReference used: yield return used; break;
                    case FieldReference field: yield return field.DeclaringType; break;
                    case MethodReference called:
                        yield return called.DeclaringType;
                        yield return called.ReturnType;
                        foreach (ParameterDefinition parameter in called.Parameters) yield return parameter.ParameterType;
                        if (called is GenericInstanceMethod generic)
                        {
                            foreach (TypeReference argument in generic.GenericArguments) yield return argument;
                        }

                        break;
                }
            }
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (TypeReference argument in generic.GenericArguments)
            {
                foreach (TypeReference part in Parts(argument)) yield return part;
            }
        }

        if (type is TypeSpecification specification)
        {
            foreach (TypeReference part in Parts(specification.ElementType)) yield return part;
        }
        else if (type is not GenericParameter)
        {
            yield return type;
        }
    }

    private static IEnumerable<string> FilesOf(TypeDefinition type) => type.Methods
        .SelectMany(static m => m.DebugInformation.SequencePoints.Select(static p => p.Document.Url))
        .Concat(type.NestedTypes.SelectMany(FilesOf));

    // Enumerations and interfaces have no code that the symbols could tell the file of.
    private static string Declaring(TypeDefinition type, string folder)
    {
        var declaration = new Regex($@"\b(enum|interface|class|struct|record|delegate [\w<>?]+) {Regex.Escape(type.Name.Split('`')[0])}\b", RegexOptions.None, TimeSpan.FromSeconds(5));
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .First(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && declaration.IsMatch(File.ReadAllText(f)));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
