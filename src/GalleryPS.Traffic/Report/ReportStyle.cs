namespace GalleryPS.Traffic;

/// <summary>How a report looks.</summary>
internal static class ReportStyle
{
    /// <summary>
    /// Colours are named once for light, once for dark; paper is light. Predicted bars are outlined and hatched,
    /// captured ones filled, so the two can be told apart without colour.
    /// </summary>
    public const string Css = """
        :root { color-scheme: light dark; --ground: #fff; --ink: #1c2126; --soft: #5b6670; --line: #d5dadf; --row: #f5f7f9;
          --captured: #1f6f8b; --predicted: #b4531a; --good: #1b6b3a; --bad: #a3231f; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14181c; --ink: #e4e8ec; --soft: #9aa6b1; --line: #38414a; --row: #1b2026;
          --captured: #58b4d4; --predicted: #f0a06a; --good: #6fce93; --bad: #ff8f88; } }
        @media print { :root { color-scheme: light; --ground: #fff; --ink: #000; --soft: #444; --line: #bbb; --row: #fff;
          --captured: #1f6f8b; --predicted: #8a3d10; --good: #1b6b3a; --bad: #a3231f; }
          body { max-width: none; padding: 0; } section, svg, tr { break-inside: avoid; } h2 { break-after: avoid; } }
        * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
          max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
        h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); font-weight: normal; }
        thead th { color: var(--soft); border-bottom-width: 2px; } tbody tr:nth-child(even) { background: var(--row); }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
        svg { display: block; width: 100%; height: auto; margin: .5rem 0; }
        svg text { fill: var(--ink); font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
        svg .soft { fill: var(--soft); } svg .title { font-weight: 600; } svg .small { font-size: 10px; }
        svg .captured { fill: var(--captured); } svg .predicted { fill: url(#hatch); stroke: var(--predicted); }
        svg .hatch { stroke: var(--predicted); stroke-width: 1.5; } svg .range { stroke: var(--ink); stroke-width: 1.5; fill: none; }
        svg .axis { stroke: var(--line); }

        """;

    /// <summary>The hatching of predicted bars, once for all charts of the page.</summary>
    public const string Hatch =
        "<svg width=\"0\" height=\"0\" style=\"position: absolute; width: 0\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
        + "<line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs></svg>\n";
}
