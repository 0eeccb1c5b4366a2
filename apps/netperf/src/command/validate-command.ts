import type { Command } from 'commander'
import { allowBothMemories } from '@smpnet/memory'
import { calibrateHost } from '../calibrate/calibrate-host.ts'
import { withMeter } from '../calibrate/host-meter.ts'
import { machineFrom } from '../machines/machine-file.ts'
import { formatted } from '../model/formatted.ts'
import { print, printJson } from '../output/print.ts'
import { makeProgress } from '../progress/progress.ts'
import { NOT_SIMULATED } from '../validate/published.ts'
import { validateHost } from '../validate/validate-host.ts'
import { validatePublished, type ValidationRow } from '../validate/validation.ts'
import { untilSignal } from './until-signal.ts'

interface ValidateOptions {
  readonly host?: string | true
  readonly json?: boolean
}

/** Gives `command` what `netperf validate` is: the simulated machine beside what was measured. */
export function validateCommand(command: Command): Command {
  return command
    .description('put simulated machines beside every published figure, and beside this host')
    .option('--host [file]', 'this host too, by a file of calibrate (default: it is calibrated)')
    .option('--json', 'print the rows as JSON')
    .action((options: ValidateOptions) => validate(options))
}

async function validate({ host, json }: ValidateOptions): Promise<void> {
  const named = typeof host === 'string' ? machineFrom(host) : undefined
  // Small programs are simulated here; what is live is measured in workers of its own.
  if (host !== undefined) allowBothMemories()
  await untilSignal(async (signal) => {
    const progress = makeProgress(process.stderr)
    const rows = await validatePublished(progress, signal)
    if (host === undefined) return show(rows, json, signal)
    await withMeter(signal, async (meter) => {
      const profile = named ?? (await calibrateHost(meter, progress, signal)).profile
      const live = await validateHost(profile, meter, progress, signal)
      await show([...rows, ...live], json, signal, meter.said())
    })
  })
}

async function show(
  rows: readonly ValidationRow[],
  json: boolean | undefined,
  { aborted }: AbortSignal,
  host?: string,
): Promise<void> {
  if (json) await printJson({ ...(aborted && { interrupted: true }), ...(host && { host }), rows })
  else await print(textOf(rows, aborted, host))
}

/** A Markdown table, the good and the bad, and what the errors of predictions come to. */
function textOf(rows: readonly ValidationRow[], isPart: boolean, host?: string): string {
  const head = ['| machine | figure | real | simulated | error | it is | source |']
  const lines = rows.map(({ machine, of, real, simulated, error, unit, used, source }) => {
    const figures = [real, simulated].map((value) => formatted(value, unit))
    return `| ${[machine, of, ...figures, errorText(error), used, source].join(' | ')} |`
  })
  const table = [...head, '|---|---|---|---|---|---|---|', ...lines].join('\n')
  const left = NOT_SIMULATED.map(([figures, why]) => `- ${figures}: ${why}.`)
  const said = host === undefined ? [] : [host]
  const parts = [table, summaryOf(rows), ...said, 'Published, and not simulated:', left.join('\n')]
  if (isPart) parts.push('Interrupted: not all was simulated.')
  return `${parts.join('\n\n')}\n`
}

function summaryOf(rows: readonly ValidationRow[]): string {
  const predicted = rows.filter(({ used }) => used === 'predicted')
  const errors = predicted.map(({ error }) => Math.abs(error)).sort((one, other) => one - other)
  const within = (share: number) => errors.filter((error) => error <= share).length
  const middle = errors[Math.floor(errors.length / 2)] ?? 0
  return (
    `Of ${predicted.length} predictions, ${within(0.1)} are within 10 %, ${within(0.25)} within ` +
    `25 % and ${within(0.5)} within 50 %; half of them are within ` +
    `${(middle * 100).toFixed(0)} %. ` +
    `${rows.length - predicted.length} rows are inputs, or follow from them, and prove nothing.`
  )
}

function errorText(error: number): string {
  return `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(0)} %`
}
