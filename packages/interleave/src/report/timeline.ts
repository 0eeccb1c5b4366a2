import type { FailureReport } from './failure-report.ts'
import type { Row } from './recorder.ts'
import { STYLE } from './timeline-style.ts'

/**
 * A failing schedule as one HTML page that needs nothing else: a lane for each thread, time
 * downwards, with values and source lines. `title` names the program.
 */
export function timeline(report: FailureReport, title: string): string {
  const { kind, message, where, threads, rows, steps, preemptions, replay } = report
  const place = message.includes(where)
    ? ''
    : `<p class="where">at <code>${escape(where)}</code></p>`
  const switches = preemptions === 1 ? '1 preemption' : `${preemptions} preemptions`
  const failing = failingRow(report)
  const lanes = threads
    .map((name, i) => `<th class="lane c${i % 6}">${escape(name)}</th>`)
    .join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}: ${escape(kind)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p class="failure"><b>${escape(kind)}</b> ${escape(message)}</p>
${place}<p class="facts">${steps} steps, ${switches}. To run it again:
<code class="replay">explore({ replay: '${escape(replay)}' }, …)</code></p>
</header>
<table>
<thead><tr><th class="number">step</th>${lanes}<th class="source">source</th></tr></thead>
<tbody>
${rows.map((row, i) => tableRow(report, row, i, row.isMarked || i === failing)).join('\n')}
</tbody>
</table>
</body>
</html>
`
}

/** The row that a failure points at: the last one of its thread at its place, or else the last. */
function failingRow({ threads, rows, thread, where }: FailureReport): number {
  if (rows.some(({ isMarked }) => isMarked)) return -1
  const isOwn = (row: Row): boolean => threads[row.thread] === thread
  const at = rows.findLastIndex(
    (row) => isOwn(row) && where.startsWith(`${row.file}:${row.line}:`),
  )
  return at >= 0 ? at : rows.findLastIndex(isOwn)
}

function tableRow(
  { threads, rows }: FailureReport,
  row: Row,
  index: number,
  isFailing: boolean,
): string {
  const before = rows[index - 1]
  const isSwitch = before !== undefined && before.thread !== row.thread
  const cells = threads.map((_, lane) => {
    if (lane !== row.thread) return `<td class="lane c${lane % 6} idle"></td>`
    const mark = isFailing ? ' failing' : ''
    const [verb = '', ...rest] = row.action.split(' ')
    const action = `<b>${escape(verb)}</b> ${escape(rest.join(' '))}`
    return `<td class="lane c${lane % 6} busy${mark}">${action}</td>`
  })
  const name = row.file.slice(row.file.lastIndexOf('/') + 1)
  const source =
    `<span class="place" title="${escape(row.file)}">` +
    `${escape(name)}:${row.line}:${row.column}</span>` +
    `<code>${escape(row.source)}</code>`
  const number = `<td class="number">${index + 1}</td>`
  const cls = isSwitch ? ' class="switch"' : ''
  return `<tr${cls}>${number}${cells.join('')}<td class="source">${source}</td></tr>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
