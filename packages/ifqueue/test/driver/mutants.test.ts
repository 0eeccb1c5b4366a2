import { allowBothMemories } from '@smpnet/memory'
import { someOf } from '@smpnet/testing/models'
import { bug, type Mutation, mutantOf } from '@smpnet/testing/mutants'
import { describe, expect, it } from 'vitest'
import { CHECKS } from './check-driver.ts'
import * as parts from './parts.ts'

allowBothMemories()

const PARTS = new URL('./parts.ts', import.meta.url)
const SOURCES = new URL('../../src/driver/', import.meta.url)

/** Slips of the pen in moderation, the watchdog, and both sides of a card. */
const BUGS: readonly Mutation[] = [
  bug('moderation', 'this.#first + frames - 1', 'this.#first + frames'),
  bug('moderation', 'Math.min(first + delayNs, last)', 'first + delayNs'),
  bug('moderation', 'Math.min(first + delayNs, last)', 'last'),
  bug('moderation', '<= nowNs) this', '< nowNs) this'),
  bug('moderation', 'this.#first - before', 'this.#first'),
  bug('moderation', 'this.#times = this.#times.slice(this.#first)\n', ''),
  bug('moderation', '    this.#times = []\n    this.#first = 0', '    this.#first = 0'),
  bug('link-clock', 'Math.max(this.freeNs, nowNs)', 'nowNs'),
  bug('link-clock', 'Math.max(LEAST_FRAME_BYTES, bytes + CHECK_BYTES)', 'bytes + CHECK_BYTES'),
  bug('link-clock', ' + GAP_BYTES', ''),
  bug('transmit-ring', 'memory.store(this.#at + PATIENCE, this.#timeout)\n', ''),
  bug('transmit-ring', 'if (left === 0) return false', 'if (left === 0) return true'),
  bug('transmit-ring', 'left > 1', 'left > 0'),
  bug('transmit-ring', 'memory.store(this.#at + FIRED, 1)', ''),
  bug('transmit-ring', 'memory.store(this.#at + FIRED, 0)', ''),
  bug('transmit-ring', 'isIdle ? 0 : this.#timeout', 'this.#timeout'),
  bug('transmit-ring', 'isIdle ? 0 : this.#timeout', '0'),
  bug('transmit-ring', 'if (done !== from) memory', 'memory'),
  bug('transmit-ring', 'if (hasFired) this.#countReset(count)', ''),
  bug('transmit-ring', '+ lost)', '+ 1)'),
  bug(
    'transmit-ring',
    'descriptorOf(this.#at, slots, count)',
    'descriptorOf(this.#at, slots, done)',
  ),
  bug('sim-nic', 'cpu.instant() + this.#fetchNs', 'cpu.instant()'),
  bug('sim-nic', 'state.moderation.expect(outNs)', ''),
  bug('sim-nic', '<= nowNs) out++', '< Infinity) out++'),
  bug('sim-nic', 'state.outNs = state.outNs.slice(out)', ''),
  bug('sim-nic', '    state.outNs = []\n', ''),
  bug('sim-nic', 'if (this.isDead) return 0', ''),
  bug('sim-nic', '    this.isDead = false\n', ''),
  bug('sim-nic', 'this.reported(queue, nowNs)', ''),
  bug('sim-nic', 'nowNs)\n    this.schedule(cpu, queue)', 'nowNs)'),
  bug(
    'sim-side',
    'if (queue.alarm !== undefined && queue.alarmNs <= dueNs) return',
    'if (queue.alarm !== undefined) return',
  ),
  bug('sim-side', 'dueNs - cpu.instant()', 'dueNs'),
  bug('sim-side', 'this.interrupts++', ''),
  bug('sim-side', '    queue.moderation.clear()\n', ''),
  bug('sim-receiver', 'next.storedNs > nowNs', 'next.frame.atNs > nowNs'),
  bug('sim-receiver', 'if (done === told) state.missed++', 'if (done === told) break'),
  bug('sim-receiver', 'state.missed++', 'state.missed += 2'),
  bug('sim-receiver', 'moderation.expect(storedNs)', 'moderation.expect(frame.atNs)'),
  bug('sim-receiver', 'memory.write(slot + DESCRIPTOR.offset.bytes, frame.bytes)', ''),
  bug('sim-receiver', 'this.#write(queue, nowNs)\n    this.reported', 'this.reported'),
  bug('sim-receiver', 'this.#write(queue, cpu.instant())\n    this.#expect', 'this.#expect'),
  bug('sim-receiver', '      this.#expect(queue)\n    }\n    if', '    }\n    if'),
  bug('receive-ring', 'memory.write(this.#at + RECLAIMED, (count + 1) | 0)', ''),
  bug('receive-ring', 'this.#site.device.advance(place, this.#site.queue)', ''),
  bug('receive-ring', 'memory.store(this.#at + TOLD, posted)', ''),
  bug('receive-ring', 'this.#bytes = memory.read(slot + DESCRIPTOR.offset.bytes)', ''),
  bug('receive-ring', 'this.#memory.store(this.#at + POLLED, 1)', ''),
  bug('receive-ring', 'memory.store(this.#at + POLLED, 0)', ''),
  bug(
    'receive-ring',
    '=== memory.load(this.#at + DONE)\n  }',
    '!== memory.load(this.#at + DONE)\n  }',
  ),
  bug('live-receiver', 'state.next.atNs > nowNs', 'state.next.atNs >= nowNs + 50'),
  bug('live-receiver', 'if (done === told) missed++', 'if (done === told) break'),
  bug('live-receiver', 'came < slots', 'came <= slots'),
  bug('live-receiver', 'memory.write(slot + DESCRIPTOR.offset.bytes, state.next.bytes)', ''),
  bug('live-receiver', 'state.moderation.expect(nowNs)', ''),
  bug('live-receiver', 'moderation.report(nowNs)\n    } else', '} else'),
  bug('live-receiver', 'moderation.report(nowNs)\n      host', 'host'),
  bug('live-receiver', 'memory.load(ring + POLLED) !== 0', 'false'),
  bug('live-receiver', 'memory.add(ring + MISSED, missed)', ''),
  bug('live-receiver', 'if (memory.load(ring + TOLD) === 0 && ', 'if (false && '),
]

describe('A bug that is planted in a driver or its card', () => {
  it.each(someOf(BUGS, 7))('$file, is found: `$from` → `$to`', async (mutation) => {
    const mutant = await mutantOf<typeof parts>(PARTS, SOURCES, mutation)
    expect(() => CHECKS.map((check) => check(mutant))).toThrow(/expected/)
  })

  it('is what is found: without one, all is as it should be', () => {
    expect(() => CHECKS.map((check) => check(parts))).not.toThrow()
  })
})
