import { cpusText } from '../rows/formatted.ts'
import type { Job } from './job.ts'

/** The job in one line, as progress shows it. */
export function jobTitle({ machine, workload, detail, cpus, profile }: Job): string {
  const where = machine === 'sim' ? `${machine} ${profile}` : machine
  return [`${where} ${workload.name}`, detail, cpusText(cpus)].join(', ')
}
