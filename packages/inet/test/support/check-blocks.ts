import { LiveMemory } from '@smpnet/memory'
import type { InetModule } from './account.ts'
import { Chance } from './chance.ts'

const AT = 1024
const BYTES_EACH = 64

interface Ends {
  readonly local: number
  readonly localPort: number
  readonly foreign: number
  readonly foreignPort: number
}

/** Looks packets up in chains; throws when another block fits better than the one found. */
export function checkBlocks(inet: InetModule, seed: number, count: number): number {
  const chance = new Chance(seed)
  const memory = LiveMemory.create(1 << 12)
  for (let i = 0; i < count; i++) {
    const blocks = Array.from({ length: chance.below(6) }, () => randomBlock(chance))
    for (const [index, block] of blocks.entries()) {
      const { local, localPort, foreign, foreignPort } = block
      const at = addressOf(index)
      inet.writeEndpoints(memory, at, local, localPort, foreign, foreignPort)
      const next = index + 1 < blocks.length ? addressOf(index + 1) : 0
      memory.store(at + inet.ENDPOINT_OFFSET.next, next)
    }
    const packet = randomPacket(chance)
    const { local, localPort, foreign, foreignPort } = packet
    const first = blocks.length > 0 ? AT : 0
    const came = inet.bestMatch(memory, first, local, localPort, foreign, foreignPort)
    const best = bestOf(blocks, packet)
    const expected = best < 0 ? 0 : addressOf(best)
    if (came === expected) continue
    throw new Error(`seed ${seed}, chain ${i}: expected ${expected}, came ${came}`)
  }
  return count
}

function addressOf(index: number): number {
  return AT + index * BYTES_EACH
}

function randomBlock(chance: Chance): Ends {
  const foreign = chance.one([0, 1, -2])
  return {
    local: chance.one([0, 1, -1]),
    localPort: chance.one([7, 8]),
    foreign,
    foreignPort: foreign === 0 ? 0 : chance.one([7, 8]),
  }
}

function randomPacket(chance: Chance): Ends {
  return {
    local: chance.one([1, -1]),
    localPort: chance.one([7, 8]),
    foreign: chance.one([1, -2]),
    foreignPort: chance.one([7, 8]),
  }
}

/** The first of those that say most and nothing wrong; the foreign end says more. */
function bestOf(blocks: readonly Ends[], packet: Ends): number {
  const fits = blocks.map((block) => {
    const isLocal = block.local === packet.local
    const isForeign = block.foreign === packet.foreign && block.foreignPort === packet.foreignPort
    const isWrong =
      block.localPort !== packet.localPort ||
      (block.local !== 0 && !isLocal) ||
      (block.foreign !== 0 && !isForeign)
    return isWrong ? 0 : 1 + (isLocal ? 1 : 0) + (isForeign ? 2 : 0)
  })
  const best = Math.max(0, ...fits)
  return best === 0 ? -1 : fits.indexOf(best)
}
