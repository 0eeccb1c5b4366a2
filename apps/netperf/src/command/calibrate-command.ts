import type { Command } from 'commander'
import { figuresOf } from '@smpnet/machine/sim'
import { formatNs } from '@smpnet/testing'
import { type Calibrated, calibrateHost } from '../calibrate/calibrate-host.ts'
import { print } from '../output/print.ts'
import { fileFor, writeWhole } from '../output/whole-file.ts'
import { makeProgress } from '../progress/progress.ts'
import { plainTable } from '../rows/plain-table.ts'
import { untilSignal } from './until-signal.ts'

const FLAG = '--out'
const DEFAULT_FILE = 'this-host.json'

/** Gives `command` what `netperf calibrate` is: it measures this host and writes a machine file. */
export function calibrateCommand(command: Command): Command {
  return command
    .description('measure this host, and write it as a machine for --profile')
    .option('--out <file>', 'where the machine goes', DEFAULT_FILE)
    .action(({ out }: { readonly out: string }) => calibrate(out))
}

async function calibrate(out: string): Promise<void> {
  fileFor(FLAG, out)
  await untilSignal(async (signal) => {
    const calibrated = await calibrateHost(makeProgress(process.stderr), signal)
    writeWhole(FLAG, out, `${JSON.stringify(calibrated.profile, undefined, 2)}\n`)
    await print(
      `${tableOf(calibrated)}\n\n${out}: netperf run rr --machine sim --profile ${pathOf(out)}\n`,
    )
  })
}

/** What was measured, and how sure that is. */
function tableOf({ profile, figures, switchNs, pipeNs }: Calibrated): string {
  const rows = Object.entries(figures).map(([task, { ns, spreadNs }]) => {
    return [task, formatNs(ns), `${formatNs(spreadNs[0])} – ${formatNs(spreadNs[1])}`]
  })
  const composites = [
    ['switch, on a live CPU', formatNs(switchNs), ''],
    ['send and receive, on a live CPU', formatNs(pipeNs), ''],
  ]
  const head = ['measured', 'one', 'half of the batches between']
  const measured = plainTable(head, [...rows, ...composites], ['left', 'right', 'left'])
  const kept = figuresOf(profile).filter(([, { basis }]) => basis === 'measured')
  const figuresText = kept.map(([path, { value }]) => `${path} ${value}`).join(', ')
  return `${measured}\n\n${profile.title}: ${figuresText}`
}

/** A path, as `--profile` tells it from a name. */
function pathOf(out: string): string {
  return out.includes('/') ? out : `./${out}`
}
