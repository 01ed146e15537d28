using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Completes names of the servers that run.</summary>
public sealed class ServerNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        foreach (Server server in ServerRegistry.All.Where(s => s.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)))
        {
            string quoted = server.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? server.Name : $"'{server.Name.Replace("'", "''", StringComparison.Ordinal)}'";
            yield return new CompletionResult(quoted, server.Name, CompletionResultType.ParameterValue, server.ToString());
        }
    }
}
