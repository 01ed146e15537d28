using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

// Runs the script file that is named, without a console. What it emits is a line of standard output each; what it says
// on the other streams are lines of standard error that begin with the stream's name.
Environment.SetEnvironmentVariable("PSModulePath", Path.Combine(AppContext.BaseDirectory, "runtimes", "win", "lib", "net10.0", "Modules"));
InitialSessionState state = InitialSessionState.CreateDefault();
state.ExecutionPolicy = ExecutionPolicy.Bypass;
using PowerShell shell = PowerShell.Create(state);
shell.Streams.Error.DataAdded += (sender, e) => Console.Error.WriteLine($"ERROR: {((PSDataCollection<ErrorRecord>)sender!)[e.Index]}");
shell.Streams.Warning.DataAdded += (sender, e) => Console.Error.WriteLine($"WARNING: {((PSDataCollection<WarningRecord>)sender!)[e.Index]}");
shell.Streams.Verbose.DataAdded += (sender, e) => Console.Error.WriteLine($"VERBOSE: {((PSDataCollection<VerboseRecord>)sender!)[e.Index]}");
var output = new PSDataCollection<PSObject>();
output.DataAdded += (_, e) => Console.Out.WriteLine(output[e.Index]);
try
{
    shell.AddCommand(args[0]).Invoke(null, output);
    return shell.Streams.Error.Count > 0 ? 1 : 0;
}
catch (RuntimeException e)
{
    Console.Error.WriteLine($"ERROR: {e.ErrorRecord.FullyQualifiedErrorId}: {e.Message}");
    return 1;
}
