import { type Address, layout, type Memory, spinNow, unspin, work, word } from '@smpnet/memory'
import { type Counter, maskOf } from './counter.ts'
import { readWork } from './read-cost.ts'
import { periodsIn, type TimeSource } from './time-source.ts'

/**
 * The programmable interval timer of 1981. To read it, a CPU takes the clock's spin lock with
 * interrupts off, writes a latch command and reads two bytes: three I/O operations, and no two CPUs
 * at once. The lock protects the latch, of which this model keeps when its last read ended. `read`
 * is plain code for any context: the lock is held for a few accesses only, and on one CPU nothing
 * comes between them. FreeBSD: sys/x86/isa/clock.c.
 */
const I8254 = layout('i8254', {
  /** (x) The spin lock. */
  lock: word('x', 'i8254'),
  /** (m) under the lock: when the last read ended, in ns, its low and its high half. */
  endLow: word('m', 'i8254'),
  endHigh: word('m', 'i8254'),
})

export const I8254_HZ = 1_193_182
const READ = readWork('read-i8254')
/** One nanosecond of time: a price by definition. */
const NANOSECOND = work('nanosecond')
const HALF = 2 ** 32

/** Bytes of memory that an i8254 needs, all zero at first. */
export const I8254_BYTES = I8254.size

/** The model on CPUs that share the device at `at` and see the time of `source`. */
export function i8254(memory: Memory, at: Address, source: TimeSource): Counter {
  const lock = at + I8254.offset.lock
  return {
    name: 'i8254',
    mask: maskOf(16),
    frequency: I8254_HZ,
    quality: 0,
    read: () => {
      spinNow(memory, lock, 'the clock lock of an i8254')
      try {
        waitForLatch(memory, at, source.nowNs())
        memory.charge(READ, 1)
        const count = periodsIn(source.nowNs(), I8254_HZ) & 0xffff
        writeEnd(memory, at, source.nowNs())
        return count
      } finally {
        // The source is the caller's code, and what it throws is not to leave the lock held.
        unspin(memory, lock)
      }
    },
  }
}

/**
 * In simulated time a read happens at one instant, so the lock is never found held; a CPU that
 * comes while an earlier read still goes on is billed for the rest of it, which is what spinning
 * costs.
 */
function waitForLatch(memory: Memory, at: Address, nowNs: number): void {
  const low = memory.read(at + I8254.offset.endLow) >>> 0
  const endNs = memory.read(at + I8254.offset.endHigh) * HALF + low
  if (endNs > nowNs) memory.charge(NANOSECOND, Math.ceil(endNs - nowNs))
}

function writeEnd(memory: Memory, at: Address, endNs: number): void {
  const whole = Math.floor(endNs)
  memory.write(at + I8254.offset.endLow, whole | 0)
  memory.write(at + I8254.offset.endHigh, Math.floor(whole / HALF))
}
