import { bug, type Mutation, mutantOf } from '@smpnet/testing/mutants'
import { describe, expect, it } from 'vitest'
import { checkHashes } from './hashes/check-hashes.ts'
import { checkTuples } from './hashes/check-tuples.ts'
import { checkCaptures } from './sources/check-captures.ts'
import * as parts from './support/parts.ts'

const PARTS = new URL('./support/parts.ts', import.meta.url)
const SOURCES = new URL('../src/', import.meta.url)

/** What a check says that has found one. */
const FOUND = /expected|came/

/** Slips of the pen, and bugs that readers of packets have had. */
const BUGS: readonly Mutation[] = [
  bug('hashes/rss-keys', '0xbe, 0xac', '0xbe, 0xad'),
  bug('hashes/rss-keys', '? 0x6d : 0x5a', '? 0x6d : 0x5a + i'),
  bug('hashes/toeplitz', 'first + i, memory', 'i, memory'),
  bug('hashes/toeplitz', '((first + i) << 8) | memory', '(i << 8) | memory'),
  bug('hashes/toeplitz', '((first + i) << 8) | bytes', '(i << 8) | bytes'),
  bug('hashes/toeplitz', '(sourcePort << 16) | destinationPort', 'destinationPort'),
  bug('hashes/toeplitz', '0x80 >> bit', '1 << bit'),
  bug('hashes/toeplitz', 'i < first + 32', 'i < first + 31'),
  bug('hashes/words-hash', '<< 13) | (joined >>> 19)', '<< 13) | (joined >> 19)'),
  bug('hashes/words-hash', 'words * WORD_BYTES', 'words'),
  bug('hashes/words-hash', 'i * WORD_BYTES', 'i'),
  bug('hashes/flow-number', '|| 1', '|| 0'),
  bug('hashes/flow-number', 'hash & POSITIVE || 1', '(hash & POSITIVE) | 1'),
  bug('hashes/flow-number', 'ports, 4, addressBytes', 'ports, 4, 8'),
  bug('hashes/flow-tuple', '0x3fff', '0x1fff'),
  bug('hashes/flow-tuple', 'end - at < headerBytes', 'false'),
  bug('hashes/flow-tuple', 'headerBytes < IPV4_BYTES ||', ''),
  bug('hashes/flow-tuple', 'at + headerBytes, end', 'at + 20, end'),
  bug('hashes/flow-tuple', 'end - at < IPV6_BYTES', 'false'),
  bug('hashes/flow-tuple', '(units + 1) * 8', '(units + 1) * 4'),
  bug('hashes/flow-tuple', '(units + 2) * 4', '(units + 2) * 8'),
  bug('hashes/flow-tuple', 'if (end - header < 2) return true', ''),
  bug('hashes/flow-tuple', ' && end - at >= 4', ''),
  bug('sources/frame-tuple', 'payload += 4', 'payload += 2'),
  bug('sources/frame-tuple', 'tags < MOST_TAGS', 'tags < 1'),
  bug('sources/frame-tuple', '    if (length < payload) return -1\n', ''),
  bug('sources/pcap-file', '[NANOSECONDS, 1n]', '[NANOSECONDS, 1000n]'),
  bug('sources/pcap-file', '& LINK_TYPE_BITS', ''),
  bug(
    'sources/pcap-file',
    'queue.take(RECORD_BYTES + captured)',
    'queue.take(RECORD_BYTES + ((captured + 3) & ~3))',
  ),
  bug('sources/pcap-file', '(word >>> 8) & 0xff00', '(word >>> 8) & 0xff'),
  bug('sources/pcapng-file', 'interfaces: [] }', 'interfaces: ((sectionOf as any).kept ??= []) }'),
  bug('sources/pcapng-file', 'captured > size - at - 4', 'captured > size - at + 4'),
  bug('sources/pcapng-file', 'Math.min(length, snapBytes)', 'length'),
  bug('sources/pcapng-file', 'isOld ? queue.u16', 'isOld ? queue.u32'),
  bug('sources/pcapng-file', 'interfaces[link]', 'interfaces[link] ?? interfaces[0]'),
  bug(
    'sources/pcapng-file',
    'queue.u32(12, isLittle), queue.u32(16',
    'queue.u32(16, isLittle), queue.u32(12',
  ),
  bug('sources/pcapng-interface', 'resolution & OF_TWO', 'false'),
  bug('sources/pcapng-interface', 'const MICROSECONDS = 6', 'const MICROSECONDS = 9'),
  bug('sources/pcapng-interface', '+ offsetS * NS_PER_S', ''),
  bug('sources/pcapng-interface', '((length + 3) & ~3)', 'length'),
  bug('sources/pcapng-interface', 'isLittle ? [second, first]', 'false ? [second, first]'),
  bug('sources/pcapng-interface', 'BigInt.asIntN', 'BigInt.asUintN'),
  bug('sources/capture-file', 'if (this.#queue.length > 0) this', 'if (false) this'),
  bug('sources/byte-queue', 'this.#start = 0\n', ''),
]

describe('A bug that is planted', () => {
  it.each(BUGS)('in $file is found: `$from` → `$to`', async (mutation) => {
    const mutant = await mutantOf<typeof parts>(PARTS, SOURCES, mutation)
    const checks = () => [checkHashes(mutant), checkTuples(mutant), checkCaptures(mutant)]
    expect(checks).toThrow(FOUND)
  })

  it('is what is found: without one, all is as it should be', () => {
    const counts = [checkHashes(parts), checkTuples(parts), checkCaptures(parts)]
    expect(counts).toEqual([8, 28, 10])
  })
})
