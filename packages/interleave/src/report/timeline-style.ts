/** The looks of a timeline, for light and dark screens. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --soft: #8881; }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; }
header { padding: 20px 24px 12px; }
h1 { margin: 0 0 6px; font-size: 20px; }
header p { margin: 4px 0; max-width: 110ch; }
.failure b { color: #fff; background: var(--bad); border-radius: 4px; padding: 1px 7px;
  margin-right: 6px; }
.facts, .where, .number, .place { color: #777; }
code { font: 12.5px/1.4 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.replay { background: var(--soft); border: 1px solid var(--line); border-radius: 4px;
  padding: 1px 6px; user-select: all; overflow-wrap: anywhere; }
table { border-collapse: collapse; min-width: 100%; }
th { position: sticky; top: 0; background: Canvas; text-align: left; padding: 6px 10px; z-index: 1;
  border-bottom: 2px solid var(--line); }
td { padding: 3px 10px; vertical-align: top; }
tbody tr:hover { background: var(--soft); }
tr.switch td { border-top: 1px dashed var(--line); }
.number { text-align: right; width: 1%; font-variant-numeric: tabular-nums; }
.lane { border-left: 1px solid var(--line); white-space: nowrap; }
th.lane { border-top: 3px solid var(--tone); }
.busy { background: color-mix(in srgb, var(--tone) 16%, transparent);
  border-left: 3px solid var(--tone); }
.failing { background: color-mix(in srgb, var(--bad) 24%, transparent);
  border-left-color: var(--bad); }
.failing::after { content: ' ◀'; color: var(--bad); }
.source { border-left: 1px solid var(--line); white-space: pre; }
.place { display: inline-block; min-width: 16ch; margin-right: 1ch; font-size: 12.5px; }
.c0 { --tone: #1e88e5; } .c1 { --tone: #f4811f; } .c2 { --tone: #43a047; }
.c3 { --tone: #8e44ad; } .c4 { --tone: #00897b; } .c5 { --tone: #d81b60; }
`
