namespace GalleryPS.Traffic;

/// <summary>How a report looks.</summary>
internal static class ReportStyle
{
    /// <summary>
    /// Colours are named once for light, once for dark; paper is light. Predicted bars are outlined and hatched,
    /// captured ones filled, so the two can be told apart without colour. On a narrow screen labels stand above their
    /// bars and the rows of wide tables become blocks, so that nothing is cut and no letter is below 12 px.
    /// </summary>
    public const string Css = """
        :root { color-scheme: light dark; --ground: #fff; --ink: #1c2126; --soft: #5b6670; --line: #d5dadf; --row: #f5f7f9;
          --captured: #1f6f8b; --predicted: #b4531a; --good: #1b6b3a; --bad: #a3231f; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14181c; --ink: #e4e8ec; --soft: #9aa6b1; --line: #38414a; --row: #1b2026;
          --captured: #58b4d4; --predicted: #f0a06a; --good: #6fce93; --bad: #ff8f88; } }
        @media print { :root { color-scheme: light; --ground: #fff; --ink: #000; --soft: #444; --line: #bbb; --row: #fff;
          --captured: #1f6f8b; --predicted: #8a3d10; --good: #1b6b3a; --bad: #a3231f; }
          body { max-width: none !important; padding: 0 !important; } .card, .chart, table, pre { break-inside: avoid; } h2, h3 { break-after: avoid; } pre { break-before: avoid; } }
        * { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
          max-width: 62rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
        h3 { font-size: 1rem; margin: 1rem 0 .25rem; } p { margin: .5rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; overflow-wrap: normal; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); font-weight: normal; }
        thead th { color: var(--soft); border-bottom-width: 2px; } tbody tr:nth-child(even) { background: var(--row); }
        .n { text-align: right; font-variant-numeric: tabular-nums; } td.n { white-space: nowrap; }
        .good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); }
        .summary { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
        .card { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 1rem 1rem; } .card h2 { margin: .25rem 0; }
        .legend { color: var(--soft); font-size: .9rem; } .key { display: inline-block; width: 1.6rem; height: .75rem; margin-left: .25rem; }
        .bar { display: grid; grid-template-columns: 12rem 1fr 14rem; gap: .75rem; align-items: center; font-size: .85rem; line-height: 1.35; }
        .bar .track { position: relative; height: .75rem; } .track i { display: block; height: .75rem; }
        i.predicted, i.captured { min-width: 2px; } .predicted { border: 1px solid var(--predicted);
          background: repeating-linear-gradient(135deg, transparent 0 4px, var(--predicted) 4px 5px); }
        .captured { background: var(--captured); }
        .track .range { position: absolute; top: 0; background: linear-gradient(var(--ink), var(--ink)) center / 100% 2px no-repeat;
          border: solid var(--ink); border-width: 0 2px; }
        .timeline td, .timeline th { padding-top: .1rem; padding-bottom: .1rem; } .timeline .track { width: 70%; vertical-align: middle; }
        @media screen and (max-width: 44rem) {
          body { padding: 1rem; } .timeline .track { width: 40%; } .timeline td, .timeline th { padding-left: .2rem; padding-right: .2rem; }
          .bar { grid-template-columns: 1fr auto; gap: 0 .5rem; margin-bottom: .35rem; } .bar .n { grid-row: 1; grid-column: 2; }
          .bar .track { grid-row: 2; grid-column: 1 / 3; }
          .stack thead { display: none; } .stack tr, .stack tbody, .stack th { display: block; }
          .stack tr { border-bottom: 1px solid var(--line); padding: .3rem 0; } .stack th { font-weight: 600; }
          .stack th, .stack td { border: 0; padding: .05rem .6rem; }
          .stack td { display: flex; justify-content: space-between; gap: 1rem; white-space: normal; }
          .stack td::before { content: attr(data-label); color: var(--soft); }
        }

        """;
}
