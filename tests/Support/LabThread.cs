using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.TestSupport;

/// <summary>Runs code of the tests themselves on a host of a lab: on a thread whose network is the host's, as is that of the threads it starts.</summary>
public static partial class LabThread
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>Runs something on a host to its end.</summary>
    public static void Run(TestHost host, Action action)
    {
        ArgumentNullException.ThrowIfNull(host);
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle(host.Namespace);
                if (Enter((int)file.DangerousGetHandle(), NetworkNamespace) != 0) throw new InvalidOperationException($"The namespace cannot be entered ({Marshal.GetLastPInvokeError()}).");
                action();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int kind);
}
