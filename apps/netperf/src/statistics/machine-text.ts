import type { MachineStatistics } from '@smpnet/stack'
import { plainTable } from '../rows/plain-table.ts'

/** What only a simulated machine can count: interrupts, wakes, and lines that moved. */
export function machineText(machine: MachineStatistics): string {
  const { transfers, upgrades, contended, waitedCycles, ...events } = machine
  const counts: [what: string, count: number][] = [
    ['interrupts between CPUs (IPIs)', events.ipis],
    ['rendezvous', events.rendezvous],
    ['timer ticks', events.ticks],
    ['alarms', events.alarms],
    ['device interrupts', events.interrupts],
    ['wakes by another CPU', events.remoteWakes],
    ['wakes by the own CPU', events.localWakes],
    ['idle exits', events.idleExits],
    ['atomic operations', events.atomics],
    ['accesses that waited for a line', contended],
    ['cycles that they waited', waitedCycles],
  ]
  const machineTable = plainTable(['the machine', 'count'], counts.map(texts), ['left', 'right'])
  const distances = Object.keys({ ...transfers, ...upgrades })
  const rows = distances.map((name) => [
    name,
    String(transfers[name] ?? 0),
    String(upgrades[name] ?? 0),
  ])
  const head = ['cache lines, by distance', 'moved', 'taken from sharers']
  return `${machineTable}\n\n${plainTable(head, rows, ['left', 'right', 'right'])}`
}

function texts([what, count]: readonly [string, number]): string[] {
  return [what, String(Math.round(count))]
}
