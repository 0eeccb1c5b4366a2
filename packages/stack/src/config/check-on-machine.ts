import { refuse } from './checking/check.ts'
import type { StackConfig } from './stack-config.ts'
import { bareOf } from './links/check-links.ts'

/** Locks in whose queue each alone could hand the lock on, a thread outside that has died, too. */
const IN_LINE: readonly string[] = ['ticket', 'mcs']

/**
 * Wires interrupt CPUs that there are; they and captures ask for the CPU of who sends, and a queue
 * that is bounded in time for its clock.
 */
export function checkOnMachine({ links, locks, machine, netisr }: StackConfig): void {
  for (const table of ['addressList', 'pcbHash'] as const) {
    if (!IN_LINE.includes(locks[table]) || machine.kind !== 'live' || machine.guests === 0)
      continue
    const expected = `a lock whose waiters may die, since machine.guests is ${machine.guests}`
    refuse(`locks.${table}`, expected, locks[table])
  }
  if (netisr.maxWaitUs > 0 && machine.kind === 'live' && machine.guests > 0) {
    const expected = '0 with netisr.maxWaitUs, since threads outside have no clock of the machine'
    refuse('machine.guests', expected, machine.guests)
  }
  for (const [name, link] of Object.entries(links)) {
    const bare = bareOf(link)
    const cpus = bare.kind === 'wire' ? (bare.cpus ?? []) : []
    const missing = cpus.find((cpu) => cpu >= machine.cpus)
    if (missing !== undefined) {
      const path = link.kind === 'capture' ? `links.${name}.link.cpus` : `links.${name}.cpus`
      refuse(path, `CPUs from 0 to ${machine.cpus - 1}, as this machine has`, missing)
    }
    const isOfCpus = link.kind === 'capture' || bare.kind === 'wire'
    if (isOfCpus && machine.kind === 'live' && machine.guests > 0) {
      const expected = `0 with ${name}, since a wire or a capture is used by CPUs alone`
      refuse('machine.guests', expected, machine.guests)
    }
  }
}
