using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;
using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// Decoding by inactivation (RFC 6330 section 5.4): a plan is made for exactly the symbols received, the intermediate
/// symbols follow from it, and the missing source symbols are encoded from them.
/// </summary>
internal static unsafe class FullSolver
{
    // Few more symbols than needed make the plan cheaper and are almost always enough; all of them are a second try.
    private const int FirstOverhead = 16;

    /// <summary>Writes the missing source symbols to <paramref name="block"/>.</summary>
    /// <returns>False when the received symbols do not determine them.</returns>
    public static bool TrySolve(CodeCache code, SymbolEngine engine, ReceivedSymbols received, int[] missing, BlockWriter block)
    {
        using var scratch = new Scratch();
        int count = Math.Min(received.Count, block.SymbolCount + FirstOverhead);
        SolutionPlan? plan = TryPlan(code, received, count, block.SymbolCount, scratch);
        if (plan is null && count < received.Count)
        {
            plan = TryPlan(code, received, received.Count, block.SymbolCount, scratch);
        }

        if (plan is null)
        {
            return false;
        }

        Run(plan, engine, received, missing, block);
        return true;
    }

    private static SolutionPlan? TryPlan(CodeCache code, ReceivedSymbols received, int count, int symbolCount, Scratch scratch)
    {
        int padding = code.Code.KPrime - symbolCount;
        uint[] ids = new uint[count + padding];
        ReadOnlySpan<uint> encodingSymbolIds = received.Ids;
        for (int i = 0; i < count; i++)
        {
            uint id = encodingSymbolIds[i];
            ids[i] = id < (uint)symbolCount ? id : id + (uint)padding;
        }

        for (int i = 0; i < padding; i++)
        {
            ids[count + i] = (uint)(symbolCount + i);
        }

        return PlanBuilder.TryBuild(code.Hdpc, ids, count, scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(SolutionPlan plan, SymbolEngine engine, ReceivedSymbols received, int[] missing, BlockWriter block)
    {
        int symbolSize = block.SymbolSize;
        int maxLines = Stripe.ChooseLines(plan.SlotCount, symbolSize);
        AlignedMemory workspace = Workspace.Rent((long)plan.SlotCount * maxLines * SymbolEngine.LineSize);
        byte* slots = workspace.Address;
        var neighbours = new NeighbourLists(plan.Code, Array.ConvertAll(missing, symbol => (uint)symbol));
        for (var stripe = Stripe.First(symbolSize, maxLines); stripe.Lines > 0; stripe = stripe.Next(symbolSize, maxLines))
        {
            byte* slot = slots + ((nint)plan.InputSlot(0) * stripe.Size);
            for (int i = 0; i < plan.InputCount; i++, slot += stripe.Size)
            {
                Stripe.Fill(slot, stripe.Size, received.Address(i) + stripe.Offset, stripe.Size);
            }

            engine.Execute(plan, slots, stripe.Lines);
            for (int i = 0; i < missing.Length; i++)
            {
                block.WriteSum(engine, slots, neighbours[i], missing[i], stripe);
            }
        }

        Workspace.Return(workspace);
    }
}
