using System.Diagnostics;
using System.Globalization;
using RaptorQ.Arithmetic;
using RaptorQ.Code;
using RaptorQ.Solving;

namespace RaptorQ.Bench;

/// <summary>Where the time goes: the steps of making the encoder's plan and of running it, in microseconds for a block.</summary>
internal static unsafe class StepTable
{
    private const int SymbolSize = 1280;
    private const int Rounds = 15;

    public static void Print(int[] symbolCounts)
    {
        foreach (int k in symbolCounts)
        {
            Print(k);
        }
    }

    private static void Print(int k)
    {
        var code = CodeParameters.ForSymbolCount(k);
        var hdpc = new HdpcRows(code);
        uint[] ids = [.. Enumerable.Range(0, code.KPrime).Select(i => (uint)i)];
        using var scratch = new Scratch();
        var rows = ConstraintRows.Create(code, ids, scratch);
        Peeling peeling = Peeling.Run(code, rows, code.L, scratch)!;
        SolutionPlan plan = PlanBuilder.TryBuild(hdpc, ids, ids.Length, owner: null)!;
        int lines = Stripe.ChooseLines(plan.SlotCount, SymbolSize);
        int stripes = SymbolSize / (lines * SymbolEngine.LineSize);
        using var workspace = new AlignedMemory((long)plan.SlotCount * lines * SymbolEngine.LineSize);
        byte* slots = workspace.Address;
        new Span<byte>(slots, (int)workspace.Length).Clear();
        SymbolEngine engine = SymbolEngine.Best;
        byte[] block = new byte[k * SymbolSize];

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"K = {k}, L = {code.L}, inactivated {peeling.InactiveCount} of which {code.P} PI; sums: forward {plan.Forward.OperandCount}, dense {plan.Dense.OperandCount}, backward {plan.Backward.OperandCount}, factors {plan.Free.Factors.Length}; {plan.SlotCount} slots of {lines} lines"));
        Report("plan: HDPC rows", () => _ = new HdpcRows(code));
        Report("plan: constraint rows", () => WithScratch(own => ConstraintRows.Create(code, ids, own)));
        Report("plan: peeling", () => WithScratch(own => Peeling.Run(code, rows, code.L, own)));
        Report("plan: dense system", () => DenseSystem.Solve(rows, hdpc, peeling));
        Report("plan: all", () => WithScratch(own => PlanBuilder.TryBuild(hdpc, ids, ids.Length, own)));
        Report("run: fill", () =>
        {
            fixed (byte* source = block)
            {
                int size = lines * SymbolEngine.LineSize;
                for (int s = 0; s < stripes; s++)
                {
                    for (int i = 0; i < k; i++)
                    {
                        Stripe.Fill(slots + ((nint)(plan.InputSlot(0) + i) * size), size, source + ((nint)i * SymbolSize) + (s * size), size);
                    }
                }
            }
        });
        Report("run: forward", () => Repeat(stripes, () => engine.Run(plan.Forward, slots, lines)));
        Report("run: HDPC", () => Repeat(stripes, () => engine.MultiplyHdpc(hdpc, slots, plan.HdpcSlot, lines)));
        Report("run: dense", () => Repeat(stripes, () => engine.Run(plan.Dense, slots, lines)));
        Report("run: free", () => Repeat(stripes, () => engine.Multiply(plan.Free, slots, lines)));
        Report("run: backward", () => Repeat(stripes, () => engine.Run(plan.Backward, slots, lines)));
        Report("run: copy out", () =>
        {
            long size = (long)code.L * lines * SymbolEngine.LineSize;
            using var intermediate = new AlignedMemory(size * stripes);
            for (int s = 0; s < stripes; s++)
            {
                Buffer.MemoryCopy(slots, intermediate.Address + (s * size), size, size);
            }
        });
        Report("run: all", () => Repeat(stripes, () => engine.Execute(plan, slots, lines)));
    }

    private static void WithScratch(Action<Scratch> action)
    {
        using var scratch = new Scratch();
        action(scratch);
    }

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }

    private static void Report(string name, Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            int count = 0;
            long start = Stopwatch.GetTimestamp();
            do
            {
                action();
                count++;
            }
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(10));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / count);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-24}{best,10:F1}"));
    }
}
