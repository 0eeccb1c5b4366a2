import { experiments } from '../catalog/experiments.ts'
import type { Experiment } from '../model/experiment.ts'
import { formatted, settingText, variantText } from '../model/formatted.ts'
import { groupBy } from '../model/group-by.ts'
import { type Measured, measuredOf, type Row } from '../model/row.ts'
import { type Dimension, PLACE, type View } from '../model/view.ts'
import type { SavedDocument } from './read-document.ts'

/** The setting that says which of several files a row is of. */
const FILE = 'file'

/** What was saved, as rows of one document; those of several say which file each is of. */
export function measuredIn(documents: readonly SavedDocument[]): Measured[] {
  return documents.flatMap(({ rows, file }) =>
    rows.map((row) => {
      const settings = documents.length === 1 ? row.settings : { ...row.settings, [FILE]: file }
      return measuredOf({ ...row, ...(settings && { settings }) })
    }),
  )
}

/**
 * How documents are shown again: as the experiment that they are of, or, of runs and of several
 * files, by views of their own, along what differs.
 */
export function shownExperiment(documents: readonly SavedDocument[]): Experiment {
  const [first] = documents as readonly [SavedDocument]
  const known = documents.length === 1 && experiments.get(first.experiment ?? '')
  if (known) return known
  const rows = measuredIn(documents).map(({ row }) => row)
  const views = groupBy(rows, ({ workload, metric }) => `${workload} ${metric}`).map(viewOf)
  const files = documents.map(({ file, command }) => (command ? `${file} (${command})` : file))
  return {
    name: 'show',
    summary: 'What was measured before',
    question: `What is saved in ${files.join(', ')}.`,
    jobs: () => [],
    tables: views,
    pictures: views,
    findings: () => [],
  }
}

/** Figures of one metric, along CPUs or else along the first setting that differs. */
function viewOf(rows: readonly Row[]): View {
  const [{ workload, metric, unit }] = rows as readonly [Row]
  const differ = (of: (row: Row) => unknown) => new Set(rows.map(of)).size > 1
  const names = [...new Set(rows.flatMap(({ settings = {} }) => Object.keys(settings)))]
  const swept = names.find((name) => name !== FILE && differ(({ settings }) => settings?.[name]))
  const alongCpus = differ(({ cpus }) => cpus)
  const used = alongCpus ? undefined : swept
  const along: Dimension = alongCpus
    ? { label: 'CPUs', of: ({ cpus }) => cpus }
    : used === undefined
      ? { label: '', of: ({ variant }) => variant }
      : { label: used, of: ({ settings }) => settings?.[used] ?? '–' }
  return {
    title: `${workload} ${metric}, ${formatted(0, unit).replace(/^[\d.]+ ?/, '') || 'count'}`,
    workload,
    metric,
    along,
    series: { label: '', of: (row) => seriesText(row, used) },
    panels: [PLACE],
  }
}

/** Everything that a row is, but for what stands along the axis. */
function seriesText(row: Row, along: string | undefined): string {
  const rest = Object.entries(row.settings ?? {}).filter(([name]) => name !== along)
  if (along === undefined) return variantText(row)
  return [row.variant, ...rest.map(settingText)].join(', ')
}
