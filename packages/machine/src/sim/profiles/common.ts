import { assumed, type Figure, published, type WakePrices } from './profile.ts'

/**
 * What every profile says alike: most of it nobody published, and nothing of it for one of these
 * machines. A profile of a machine on which it is known has its own figure instead.
 */

/** FreeBSD's timer interrupts per second. */
export const TICK_HZ = assumed(1000, "FreeBSD's default kern.hz")

export const SIBLING_SLOWDOWN = assumed(
  1.6,
  'two threads of a core do 1.25 times as much as one: Intel announced 1.16 to 1.3 for servers',
  [1.4, 2],
)

export const WAKING: WakePrices = {
  ipiDeliveryNs: assumed(750, 'no FreeBSD figure found: 0.5 to 1 us', [500, 1000]),
  idleSpinNs: assumed(20_000, "ULE's idle loop spins up to 10,000 turns when it switches often"),
  watchNs: assumed(0, 'a thread that waits for a socket sleeps at once: sbwait', [0, 0]),
}

/** Named work that takes as long on all of them. */
export const KERNEL_WORK_NS: Readonly<Record<string, Figure>> = {
  'clock-read': published(20, 'rdtsc with a fence: 10 to 35 ns'),
  tick: assumed(600, 'timer interrupt and hardclock'),
  alarm: assumed(600, 'timer interrupt and one callout'),
  interrupt: assumed(600, 'entry, handler dispatch, end of interrupt, return'),
  'ipi-send': assumed(100, 'a rendezvous costs about 100 ns per target to send'),
  'ipi-handle': assumed(450, 'no FreeBSD figure found: 0.3 to 0.6 us', [300, 600]),
  'idle-exit': assumed(2_000, 'from the wakeup of a CPU that sleeps in its shallowest state'),
  'context-switch': assumed(700, 'mi_switch between two kernel threads'),
  'thread-start': assumed(2_000, 'allocation of a thread and its first dispatch'),
  'syscall-entry': published(150, 'clocks by system call cost 100 to 250 ns more'),
  poll: assumed(100, 'one descriptor of a poll that finds it ready'),
}

/** What is read on the one chip that has the old timers: a read waits for those of other CPUs. */
export const CHIP_WORK: readonly string[] = [
  'read-hpet',
  'read-acpi-fast',
  'read-acpi-safe',
  'read-i8254',
]
