import type { Command } from 'commander'
import { figuresOf } from '@smpnet/machine/sim'
import { formatNs } from '@smpnet/testing'
import { type Calibrated, calibrateHost } from '../calibrate/calibrate-host.ts'
import { withMeter } from '../calibrate/host-meter.ts'
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
    await withMeter(signal, async (meter) => {
      const calibrated = await calibrateHost(meter, makeProgress(process.stderr), signal)
      writeWhole(FLAG, out, `${JSON.stringify(calibrated.profile, undefined, 2)}\n`)
      const use = `${out}: netperf run rr --machine sim --profile ${pathOf(out)}`
      await print(`${tableOf(calibrated)}\n\n${meter.said()}\n\n${use}\n`)
    })
  })
}

/** What was measured, and how sure that is. */
function tableOf({ profile, figures, single }: Calibrated): string {
  const between = ([least, most]: readonly [number, number]) =>
    `${formatNs(least)} – ${formatNs(most)}`
  const rows = Object.entries(figures).map(([task, { ns, spreadNs }]) => {
    return [task, formatNs(ns), between(spreadNs), '']
  })
  const onLive = single.map(({ of, ns, spreadNs, gives }) => {
    return [`${of}, on a live CPU`, formatNs(ns), between(spreadNs), gives]
  })
  const head = ['measured', 'one', 'half of the batches, or all rounds, between', 'what it gives']
  const measured = plainTable(head, [...rows, ...onLive], ['left', 'right', 'left', 'left'])
  const kept = figuresOf(profile).filter(([, { basis }]) => basis === 'measured')
  const figuresText = kept.map(([path, { value }]) => `${path} ${value}`).join(', ')
  return `${measured}\n\n${profile.title}: ${figuresText}`
}

/** A path, as `--profile` tells it from a name. */
function pathOf(out: string): string {
  return out.includes('/') ? out : `./${out}`
}
