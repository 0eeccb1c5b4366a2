import { handoffTable } from '@smpnet/ifqueue/interface'
import type { WorkloadOption } from '../../model/workload.ts'
import { listFrom } from '../../options/words.ts'

/** Which hand-offs are compared; of all workloads that send through an interface. */
export const HANDOFF_OPTION: WorkloadOption<readonly string[]> = {
  flags: '--handoff <a,b>',
  description: `of ${handoffTable.map(({ name }) => name).join(', ')} (default: all)`,
  parse: listFrom,
}
