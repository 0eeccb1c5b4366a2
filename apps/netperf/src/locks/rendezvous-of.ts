import type { Cpu } from '@smpnet/machine'
import type { SimCpu } from '@smpnet/machine/sim'
import type { Rendezvous } from '@smpnet/sync'

/**
 * How a writer makes other CPUs take notice: by interrupts on the simulated machine, which prices
 * them; on a live one there are none, and readers have a fence instead.
 */
export function rendezvousOf(cpu: Cpu): Rendezvous | undefined {
  const { rendezvous } = cpu as Partial<SimCpu>
  return rendezvous && ((targets) => rendezvous.call(cpu as SimCpu, targets, () => {}))
}
