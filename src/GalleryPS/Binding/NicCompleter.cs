using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Completes addresses and names of this machine's NICs.</summary>
public sealed class NicCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        foreach (Interface nic in Interfaces.List().Where(static n => n.Up))
        {
            foreach (string text in nic.IPv4.Concat(nic.IPv6).Select(static a => a.ToString()).Prepend(nic.Name))
            {
                if (!text.StartsWith(typed, StringComparison.OrdinalIgnoreCase)) continue;
                string quoted = text.AsSpan().ContainsAny(" %") ? $"'{text}'" : text;
                yield return new CompletionResult(quoted, text, CompletionResultType.ParameterValue, $"{nic.Name}: {nic.Description}, MTU {nic.Mtu}");
            }
        }
    }
}
