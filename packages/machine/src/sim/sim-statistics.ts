/** What the machine has counted, besides what its lines have. */
export class SimStatistics {
  /** Turns that CPUs were given. */
  turns = 0
  /** Turns that ended because the CPU had run ahead. */
  settles = 0
  ticks = 0
  alarms = 0
  interrupts = 0
  /** Interrupts that CPUs have sent to each other. */
  ipis = 0
  /** Those that arrived, and those that CPUs raised on themselves. */
  ipisHandled = 0
  /** Vectors raised on a CPU for which an interrupt was on its way. */
  coalesced = 0
  rendezvous = 0
  /** Waiters posted to another CPU's mailbox. */
  remoteWakes = 0
  /** Of these, those for which a busy CPU was not interrupted, as what it ran was as urgent. */
  heldBack = 0
  /** Waiters woken on the waker's own CPU. */
  localWakes = 0
  /** Times that an idle CPU began to run again. */
  idleExits = 0
}

/** Turns and interrupts of all kinds: what the speed of a simulation is counted in. */
export function eventsOf({ turns, ticks, alarms, interrupts, ipis }: SimStatistics): number {
  return turns + ticks + alarms + interrupts + ipis
}
