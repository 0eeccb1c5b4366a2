import { Arena, LiveMemory } from '@smpnet/memory'
import type { InetModule } from './account.ts'
import { Chance } from './chance.ts'

const BLOCKS = 12

interface Block {
  readonly at: number
  readonly local: number
  readonly port: number
  readonly foreign: number
  readonly theirs: number
}

/**
 * Puts blocks into tables and takes them out, and looks packets up meanwhile; throws when a table
 * finds another one than a walk over all blocks does. Both ends of a connected block are known.
 */
export function checkTable(inet: InetModule, seed: number, count: number): number {
  const chance = new Chance(seed)
  for (let i = 0; i < count; i++) {
    const memory = LiveMemory.create(1 << 13)
    const arena = Arena.create(memory)
    const shape = { chains: chance.one([1, 4, 64]), seed: chance.below(2 ** 31) }
    const table = inet.PcbTable.create(arena, shape)
    const blocks: Block[] = []
    const free = Array.from({ length: BLOCKS }, () => arena.place('block', inet.UDP_PCB.size))
    for (let step = 0; step < 60; step++) {
      if (chance.once(2) && free.length > 0)
        blocks.push(inserted(inet, table, free.pop()!, chance))
      else if (chance.once(3) && blocks.length > 0) {
        const [block] = blocks.splice(chance.below(blocks.length), 1)
        expectSame('a block is taken out', table.remove(block!.at), true)
        expectSame('a block is taken out once', table.remove(block!.at), false)
        free.push(block!.at)
      }
      expectFound(table, blocks, randomEnds(chance, true))
    }
  }
  return count
}

type Table = InstanceType<InetModule['PcbTable']>
type Ends = Omit<Block, 'at'>

function inserted(inet: InetModule, table: Table, at: number, chance: Chance): Block {
  const ends = randomEnds(chance, chance.once(2))
  inet.writeEndpoints(table.memory, at, ends.local, ends.port, ends.foreign, ends.theirs)
  table.insert(at)
  return { at, ...ends }
}

function randomEnds(chance: Chance, isConnected: boolean): Ends {
  return {
    local: isConnected ? chance.one([1, -1]) : chance.one([0, 1, -1]),
    port: chance.one([7, 8, 71]),
    foreign: isConnected ? chance.one([2, -2]) : 0,
    theirs: isConnected ? chance.one([7, 8]) : 0,
  }
}

function expectFound(table: Table, blocks: readonly Block[], packet: Ends): void {
  const { local, port, foreign, theirs } = packet
  const scores = new Map(blocks.map((block) => [block.at, scoreOf(block, packet)]))
  const found = table.lookup(local, port, foreign, theirs)
  const best = Math.max(0, ...scores.values())
  expectSame('the block that fits best', scores.get(found) ?? 0, best)
  const isTaken = blocks.some((one) => one.port === port && [0, local].includes(one.local))
  expectSame('a port that is taken', table.isPortTaken(local, port), isTaken)
  const isTakenForAny = blocks.some((one) => one.port === port)
  expectSame('a port for any address', table.isPortTaken(0, port), isTakenForAny)
}

function scoreOf(block: Block, { local, port, foreign, theirs }: Ends): number {
  if (block.port !== port || ![0, local].includes(block.local)) return 0
  if (block.foreign === 0) return block.local === 0 ? 1 : 2
  return block.foreign === foreign && block.theirs === theirs ? 4 : 0
}

function expectSame<T>(what: string, came: T, expected: T): void {
  if (came !== expected) throw new Error(`${what}: expected ${expected}, came ${came}`)
}
