import os from 'node:os'
import type { Finding } from '../model/finding.ts'
import { formatted } from '../model/formatted.ts'
import { escapeText } from '../views/picture-frame.ts'
import { arrange, namedTitles, type Panel, shown, type View } from '../model/view.ts'
import { cellsOf } from '../views/view-tables.ts'
import type { Breadth } from '../views/view-picture.ts'
import { type Answer, commandOf, intervalNote, partText } from './answer.ts'

const STYLE = `
  :root { color-scheme: light dark; --line: #ddd; --quiet: #666; --best: #075; --code: #f3f3f3 }
  @media (prefers-color-scheme: dark) {
    :root { --line: #444; --quiet: #aaa; --best: #7d9; --code: #2a2c2e }
    body { background: #181a1b; color: #ddd }
  }
  body { font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word }
  body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.5rem }
  figure, .table { margin: 1rem 0; overflow-x: auto; max-width: 100% }
  figure svg { max-width: none }
  figure.narrow { display: none }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px }
  caption { text-align: left; font-weight: 600; padding: .3rem 0 }
  th, td { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid var(--line) }
  th:first-child { text-align: left } td.best { font-weight: 600; color: var(--best) }
  .tables { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem }
  .where { color: var(--quiet) } .part { font-weight: 600 } .table { margin: 0 }
  code { background: var(--code); padding: .1rem .3rem; overflow-wrap: anywhere }
  @media (max-width: 640px) {
    figure.narrow { display: block }
    figure.wide { display: none }
    table { font-size: 12px }
    th, td { padding: .15rem .25rem }
  }`

/** A view as it is drawn for a screen and for a telephone. */
export type Drawn = Readonly<Record<Breadth, string>>

/** The answer as one HTML document that needs no other file: findings, pictures, tables, rows. */
export function answerPage(answer: Answer, pictures: readonly Drawn[]): string {
  const { experiment, results } = answer
  const part = partText(answer)
  const rows = JSON.stringify(results.measured.map(({ row }) => row))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(`netperf: ${experiment.name}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(experiment.summary)}</h1>
<p>${escapeText(experiment.question)}</p>
<p class="where"><code>${escapeText(commandOf(answer))}</code> on ${escapeText(hostText())}</p>
${part === undefined ? findingsSection(answer) : `<p class="part">${escapeText(part)}</p>`}
${exhibitsSection(answer)}<h2>Pictures</h2>
${pictures.map(figures).join('\n')}
<h2>Tables</h2>
${experiment.pictures.map((view) => viewSection(view, answer)).join('\n')}
<script type="application/json" id="rows">${rows.replaceAll('<', '\\u003c')}</script>
</body>
</html>
`
}

function figures(drawn: Drawn): string {
  const figure = (breadth: Breadth) => `<figure class="${breadth}">${drawn[breadth]}</figure>`
  return `${figure('wide')}\n${figure('narrow')}`
}

function findingsSection(answer: Answer): string {
  return `<h2>Findings</h2>
<ul>${answer.findings.map(findingItem).join('\n')}</ul>
<p class="where">${escapeText(intervalNote(answer))}</p>`
}

function exhibitsSection({ exhibits = [] }: Answer): string {
  const parts = exhibits.map(({ title, text }) => {
    const pre = `<pre>${escapeText(text)}</pre>`
    return `<h2>${escapeText(title)}</h2>\n<div class="table">${pre}</div>\n`
  })
  return parts.join('')
}

function hostText(): string {
  const cpus = os.cpus()
  return `${cpus[0]?.model ?? 'an unknown CPU'}, ${cpus.length} cores, Node ${process.version}`
}

function findingItem({ claim, machine, profile }: Finding): string {
  const where = machine === 'live' ? 'this computer' : profile
  return `<li><span class="where">${escapeText(where)}:</span> ${escapeText(claim)}</li>`
}

function viewSection(view: View, { results }: Answer): string {
  const tables = arrange(view, results.measured).map((panel) => panelTable(view, panel))
  const runs = allRuns(view, arrange(view, results.measured))
  const head = `<h3>${escapeText(view.title)}</h3>`
  return `${head}\n<div class="tables">${tables.join('\n')}</div>\n${runs}`
}

/** The figure of every run, behind what is drawn. */
function allRuns(view: View, panels: readonly Panel[]): string {
  const rows = panels.flatMap((panel) => {
    const where = namedTitles(view, panel.titles).join(', ')
    return panel.series.flatMap(({ name, points }) =>
      points.flatMap((point, at) => {
        if (point === undefined) return []
        const along = `${view.along.label} ${shown(view.along, panel.along[at]!)}`.trim()
        const figures = point.figures.map((figure) => formatted(figure, panel.unit)).join(', ')
        const cells = [where, name, along, figures].map((text) => `<td>${escapeText(text)}</td>`)
        return [`<tr>${cells.join('')}</tr>`]
      }),
    )
  })
  const table = `<div class="table"><table>${rows.join('')}</table></div>`
  return `<details><summary>The figure of every run</summary>${table}</details>`
}

function panelTable(view: View, panel: Panel): string {
  const { cells, best } = cellsOf(panel)
  const heads = panel.along.map((value) => `<th>${escapeText(shown(view.along, value))}</th>`)
  const body = panel.series.map(({ name }, down) => {
    const columns = (cells[down] as string[]).map((text, column) => {
      return `<td${best[down]![column] ? ' class="best"' : ''}>${escapeText(text)}</td>`
    })
    return `<tr><th>${escapeText(name)}</th>${columns.join('')}</tr>`
  })
  const caption = escapeText(namedTitles(view, panel.titles).join(', '))
  const corner = `<th>${escapeText(view.along.label)}</th>`
  const head = `<caption>${caption}</caption><tr>${corner}${heads.join('')}</tr>`
  return `<div class="table"><table>${head}${body.join('')}</table></div>`
}
