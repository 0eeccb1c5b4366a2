import { someOf } from '@smpnet/testing/models'
import { bug, type Mutation, mutantOf } from '@smpnet/testing/mutants'
import { describe, expect, it } from 'vitest'
import { checkDiscipline, COMPARISONS } from './check-disciplines.ts'
import type * as parts from './parts.ts'

const PARTS = new URL('./parts.ts', import.meta.url)
const SOURCES = new URL('../../src/discipline/', import.meta.url)

/** Slips of the pen, and what implementations of these have had wrong. */
const BUGS: readonly Mutation[] = [
  bug('codel-law', 'waitedUs < targetUs ||', 'waitedUs < 2 * targetUs ||'),
  bug('codel-law', ' || source.queuedBytes() <= mtu', ''),
  bug('codel-law', 'nowUs + intervalUs', 'nowUs'),
  bug('codel-law', 'Math.sqrt(this.#get(', '(this.#get('),
  bug('codel-law', "this.#after(this.#get('dropNextUs'))", 'this.#after(nowUs)'),
  bug('codel-law', "if (!isLate) this.#set('isDropping', 0)", ''),
  bug('codel-law', 'if (isMarked) break', ''),
  bug('codel-law', 'grown > 1 && isRecent ? grown : 1', '1'),
  bug('codel-law', 'grown > 1 && isRecent', 'grown > 1'),
  bug('codel-law', "before - this.#get('lastCount')", 'before'),
  bug('codel-law', 'MEMORY_INTERVALS = 16', 'MEMORY_INTERVALS = 1'),
  bug('codel-law', "this.#set('count', this.#get('count') + 1)", ''),
  bug('codel-law', 'if (isMarked) source.marked()\n', 'if (isMarked) return true\n'),
  bug('codel-law', "      this.#set('isAbove', 0)\n", ''),
  bug(
    'codel',
    'this.packets.setQueuedAtUs(packet, nowUs)',
    'if (this.length() > 9) this.packets.setQueuedAtUs(packet, nowUs)',
  ),
  bug('codel', "this.count('earlyDrops')\n", ''),
  bug('codel', 'this.drop(packet)', ''),
  bug('fifo', '>= this.limit', '> this.limit'),
  bug('red', 'this.length() * ONE - mean', 'this.length() * ONE + mean'),
  bug('red', "      this.#write('since', -1)\n", ''),
  bug('red', "this.#write('since', isEarly ? 0 : since)", "this.#write('since', since)"),
  bug('red', "this.#read('since') + 1", "this.#read('since') + 2"),
  bug('red', 'base / (1 - since * base)', 'base'),
  bug('red', 'mean >= mostMean ||', ''),
  bug('red', "this.#write('isIdle', 0)", ''),
  bug('red', "      this.#write('isIdle', 1)\n", ''),
  bug('red', '(1 - 2 ** -weightShift) ** packets', '(1 - 2 ** -weightShift)'),
  bug('red', '/ packetUs', ''),
  bug('red', "this.count('marks')", ''),
  bug('red', '(mean - leastMean)) / Math', 'mean) / Math'),
  bug('fq-codel', "flows.set(flow, 'deficit', this.#quantum)", ''),
  bug('fq-codel', 'if (isOver || isNew)', 'if (isOver)'),
  bug(
    'fq-codel',
    'const isNew = this.#new.first() !== NONE',
    'const isNew = this.#old.first() === NONE',
  ),
  bug('fq-codel', '<= 0\n      if (isOver)', '< 0\n      if (isOver)'),
  bug('fq-codel', "this.#flows.add(flow, 'deficit', -this.packets.bytes(packet))", ''),
  bug('fq-codel', "if (this.#flows.get(flow, 'deficit') <= 0) return NIL", ''),
  bug('fq-codel', "else this.#flows.set(flow, 'isListed', 0)", ''),
  bug('fq-codel', 'this.length() > this.limit', 'this.length() >= this.limit'),
  bug('fq-codel', "'bytes') / 2", "'bytes') / 4"),
  bug('fq-codel', "queuedBytes: () => this.#flows.get(flow, 'bytes')", 'queuedBytes: () => 1e9'),
  bug('flow-queues', "this.get(flow, 'bytes') > this.get(fattest, 'bytes')", 'false'),
  bug('flow-queues', "this.add(flow, 'bytes', -this.packets.bytes(packet))", ''),
  bug('flow-list', "else flows.set(memory.read(at + 4) - 1, 'next', flow + 1)", ''),
  bug('priority', 'limit / bands', 'limit'),
  bug('priority', 'this.#setLength(band, this.#lengthOf(band) - 1)', ''),
  bug('priority', 'band >= 0 && band < last ? band : last', 'band < 2 ? band : last'),
  bug(
    'priority',
    'of this.#bands) {\n      const packet',
    'of this.#bands.toReversed()) {\n      const packet',
  ),
  bug('packet-list', 'packets.setNextPacket(memory.read(at + 4), packet)', ''),
]

describe('A bug that is planted in a discipline', () => {
  it.each(someOf(BUGS, 7))('$file, is found: `$from` → `$to`', async (mutation) => {
    const mutant = await mutantOf<typeof parts>(PARTS, SOURCES, mutation)
    const checks = () => COMPARISONS.map(([, one]) => checkDiscipline(mutant, one))
    expect(checks).toThrow(/expected/)
  })
})
