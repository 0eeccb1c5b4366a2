import { cpusText } from '../model/formatted.ts'
import type { Job } from '../model/job.ts'

/** The job in one line, as progress shows it. */
export function jobTitle({ machine, workload, detail, cpus, profile }: Job): string {
  const where = machine === 'sim' ? `${machine} ${profile.name}` : machine
  return [`${where} ${workload.name}`, detail, cpusText(cpus)].join(', ')
}
