import type { Cpu } from '@smpnet/machine'
import type { Rendezvous } from '@smpnet/sync'

/** How a writer makes other CPUs take notice: by interrupts, which a simulated machine prices. */
export function rendezvousOf(cpu: Cpu): Rendezvous {
  return (targets) => cpu.rendezvous(targets)
}
