import { lockProfileTable } from '@smpnet/sync'
import pc from 'picocolors'
import { cpusText, variantText } from '../model/formatted.ts'
import type { KernelAsked } from '../model/kernel-asked.ts'
import type { RunStatistics } from '../model/run-statistics.ts'
import { machineText } from './machine-text.ts'
import { countedText, cpuTable, reasonTable, threadTable } from './scheduler-text.ts'
import { wakeupTable } from './wakeup-text.ts'

/** What our kernel counted, as text for a terminal; of all that was asked for, a part each. */
export function statisticsText(
  of: RunStatistics,
  { locks = {}, statistics }: KernelAsked,
): string {
  const { cpus, machine } = of.kernel
  const switches = statistics ? [reasonTable(cpus), wakeupTable(cpus)] : []
  const scheduler = statistics ? [...switches, cpuTable(of.kernel), threadTable(cpus)] : []
  const counted = statistics ? [countedText(cpus), machine && machineText(machine)] : []
  const profile = locks.profile ? [`debug.lock.prof.stats:\n${profileText(of)}`] : []
  const witness = locks.watch ? [witnessText(of)] : []
  const parts = [pc.bold(title(of)), ...scheduler, ...counted, ...profile, ...witness]
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`
}

function title({ workload, machine, profile, seed, cpus, ...row }: RunStatistics): string {
  const where = machine === 'sim' ? `simulated: profile ${profile}, seed ${seed}` : 'live'
  return `statistics, ${where}: ${workload} on ${cpusText(cpus)}, ${variantText(row)}`
}

/** In FreeBSD's layout. Sockets have no locks, so a workload may take none at all. */
function profileText({ kernel }: RunStatistics): string {
  const rows = kernel.cpus.map(({ locks }) => locks)
  return rows.flat().length > 0 ? lockProfileTable(...rows) : 'no lock was taken'
}

function witnessText({ kernel }: RunStatistics): string {
  const reports = [...new Set(kernel.cpus.flatMap(({ reversals }) => reversals))]
  return `witness:\n${reports.join('\n\n') || 'no lock order reversal was seen'}`
}
