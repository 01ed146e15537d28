using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.Traffic;

/// <summary>
/// The process of a capturing program. It ends when this process ends, however that happens, and it is not reached by
/// a Ctrl+C that is meant for something else.
/// </summary>
internal abstract class CaptureProcess : IDisposable
{
    private protected CaptureProcess(Process process) => Process = process;

    /// <summary>The process that was started.</summary>
    public Process Process { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CaptureProcess Start(string program, IReadOnlyList<string> arguments) => OperatingSystem.IsWindows()
        ? WindowsCaptureProcess.Launch(program, arguments)
        : UnixCaptureProcess.Launch(program, arguments);

    /// <summary>Asks the program to report on packets.</summary>
    public abstract void AskForReport();

    /// <summary>Asks the program to end and to complete its file.</summary>
    public abstract void AskToEnd();

    public virtual void Dispose()
    {
        try
        {
            if (!Process.HasExited) Process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself just now.
        }

        Process.Dispose();
    }

    private protected static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardError = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    };
}

/// <summary>
/// On Unix a shell stands between: it hands on the signals it reads from its standard input, and ends the program when
/// that is closed, which the kernel does when this process is gone. The shell lets go of standard error, so that it
/// closes when the program ends.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixCaptureProcess : CaptureProcess
{
    private const string Guard = """
        "$@" </dev/null &
        tool=$!
        exec >/dev/null 2>/dev/null
        while read -r signal; do kill -s "$signal" "$tool"; done
        kill -s TERM "$tool"
        wait "$tool"
        """;

    private UnixCaptureProcess(Process process)
        : base(process)
    {
    }

    public static UnixCaptureProcess Launch(string program, IReadOnlyList<string> arguments)
    {
        // A session of its own keeps the terminal's Ctrl+C away; macOS has no setsid and does without.
        const string Setsid = "/usr/bin/setsid";
        string[] shell = ["/bin/sh", "-c", Guard, "sh", program, .. arguments];
        ProcessStartInfo start = File.Exists(Setsid) ? StartInfo(Setsid, shell) : StartInfo(shell[0], shell[1..]);
        return new UnixCaptureProcess(Process.Start(start)!);
    }

    public override void AskForReport() => Write("USR1\n");

    public override void AskToEnd()
    {
        try
        {
            Process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The shell is gone already.
        }
    }

    private void Write(string line)
    {
        try
        {
            Process.StandardInput.Write(line);
            Process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // As above.
        }
    }
}

/// <summary>
/// On Windows the program is in a job that ends it together with this process, and in a process group of its own, to
/// which Ctrl+Break can be sent.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsCaptureProcess : CaptureProcess
{
    private const int ExtendedLimitInformation = 9;
    private const uint KillOnJobClose = 0x2000;
    private const uint CtrlBreak = 1;

    private readonly SafeFileHandle _job;

    private WindowsCaptureProcess(Process process, SafeFileHandle job)
        : base(process) => _job = job;

    public static WindowsCaptureProcess Launch(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = StartInfo(program, arguments);
        start.CreateNewProcessGroup = true;
        var job = new SafeFileHandle(CreateJobObject(0, 0), ownsHandle: true);
        var limits = new JobLimits { LimitFlags = KillOnJobClose };
        SetInformationJobObject(job, ExtendedLimitInformation, ref limits, Marshal.SizeOf<JobLimits>());
        var process = Process.Start(start)!;
        AssignProcessToJobObject(job, process.SafeHandle);
        return new WindowsCaptureProcess(process, job);
    }

    public override void AskForReport()
    {
        // dumpcap reports at its end only.
    }

    public override void AskToEnd() => GenerateConsoleCtrlEvent(CtrlBreak, (uint)Process.Id);

    public override void Dispose()
    {
        base.Dispose();
        _job.Dispose();
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW")]
    private static partial nint CreateJobObject(nint attributes, nint name);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(SafeFileHandle job, int kind, ref JobLimits limits, int length);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateConsoleCtrlEvent(uint kind, uint group);

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION, of which only the flags are set.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct JobLimits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public nuint MinimumWorkingSetSize;
        public nuint MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public ulong ReadOperations;
        public ulong WriteOperations;
        public ulong OtherOperations;
        public ulong ReadBytes;
        public ulong WriteBytes;
        public ulong OtherBytes;
        public nuint ProcessMemoryLimit;
        public nuint JobMemoryLimit;
        public nuint PeakProcessMemoryUsed;
        public nuint PeakJobMemoryUsed;
    }
}
