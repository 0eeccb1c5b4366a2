import { assumed, type Figure, type Profile } from './profile.ts'
import { XEON_E5_2650V4 } from './xeon-e5-2650v4.ts'

/**
 * Guests of an E5-2650 v4, whose virtual CPUs have a core each, so that what differs from the host
 * is what leaves the guest: an exit to the hypervisor's kernel, and one to a process of the host
 * that has the device. Nobody's figures for such a host were found: all of this is assumed, with
 * ranges, and a finding that depends on it says so.
 */
interface Exits {
  readonly name: string
  readonly title: string
  /** An exit that the hypervisor itself answers. */
  readonly exitNs: Figure
  /** One that a process of the host answers. */
  readonly deviceNs: Figure
  /** From the wake of a virtual CPU that has halted until it runs. */
  readonly wakeNs: Figure
  /** Which of the old timers the hypervisor itself has. */
  readonly hasHpet: boolean
}

/** Exits of one access to a port or register, for each way of reading a clock. */
function guest({ name, title, exitNs, deviceNs, wakeNs, hasHpet }: Exits): Profile {
  const host = XEON_E5_2650V4
  const times = (figure: Figure, count: number, source: string): Figure => {
    const [least, most] = figure.range ?? [figure.value / 2, figure.value * 2]
    return assumed(figure.value * count, source, [least * count, most * count])
  }
  const plus = (work: string, what: string): Figure => {
    const own = host.workNs[work]!
    const [least, most] = exitNs.range!
    const range = [own.value + least, own.value + most] as const
    return assumed(own.value + exitNs.value, what, range)
  }
  const near = hasHpet ? exitNs : deviceNs
  return {
    ...host,
    name,
    title,
    // Each virtual CPU exits by itself: nobody queues for a chip.
    chipWork: [],
    workNs: {
      ...host.workNs,
      'ipi-send': plus('ipi-send', 'the host, and an exit to send it'),
      'ipi-handle': plus('ipi-handle', 'the host, and an exit to end it'),
      tick: plus('tick', 'the host, and an exit to set the next'),
      alarm: plus('alarm', 'the host, and an exit to set the next'),
      interrupt: plus('interrupt', 'the host, and an exit to end it'),
      'idle-exit': wakeNs,
      'read-hpet': times(near, 1, 'an access that exits'),
      'read-acpi-fast': times(near, 1, 'an access to a port that exits'),
      'read-acpi-safe': times(near, 3, 'three accesses to a port that exit'),
      'read-i8254': times(exitNs, 3, 'a latch and two reads, each of which exits'),
    },
  }
}

/** A guest of Linux: its i8254 is in the kernel, its HPET and its ACPI timer in a process. */
export const KVM_GUEST = guest({
  name: 'guest-kvm',
  title: 'a KVM guest with a core of an E5-2650 v4 for each CPU',
  exitNs: assumed(1_000, 'some 2,000 cycles to the kernel of the host and back', [500, 2_000]),
  deviceNs: assumed(5_000, 'to a process of the host and back', [2_500, 10_000]),
  wakeNs: assumed(8_000, 'the host wakes a thread that sleeps', [4_000, 40_000]),
  hasHpet: false,
})

/** A guest of Hyper-V, which has its timers in the hypervisor. */
export const HYPER_V_GUEST = guest({
  name: 'guest-hyper-v',
  title: 'a Hyper-V guest with a core of an E5-2650 v4 for each CPU',
  exitNs: assumed(1_500, 'like KVM, with an emulated instruction', [750, 3_000]),
  deviceNs: assumed(15_000, 'to a process of another partition and back', [7_500, 30_000]),
  wakeNs: assumed(8_000, 'as for KVM', [4_000, 40_000]),
  hasHpet: true,
})

/** A guest of FreeBSD, whose vmm.ko has HPET, ACPI timer and i8254 in the kernel. */
export const BHYVE_GUEST = guest({
  name: 'guest-bhyve',
  title: 'a bhyve guest with a core of an E5-2650 v4 for each CPU',
  exitNs: assumed(1_500, 'like KVM, with an emulated instruction', [750, 3_000]),
  deviceNs: assumed(6_000, 'to a process of the host and back', [3_000, 12_000]),
  wakeNs: assumed(10_000, 'as for KVM, by way of msleep', [5_000, 50_000]),
  hasHpet: true,
})
