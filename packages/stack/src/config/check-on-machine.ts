import { refuse } from './checking/check.ts'
import type { StackConfig } from './stack-config.ts'
import { bareOf } from './links/check-links.ts'

/** Wires interrupt CPUs that there are; they and captures ask for the CPU of who sends. */
export function checkOnMachine({ links, machine }: StackConfig): void {
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
