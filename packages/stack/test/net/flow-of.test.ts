import { type Address, LiveMemory, newShared } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import { expect, it } from 'vitest'
import { flowOf } from '../../src/net/flow-of.ts'

/** UDP over IPv4 from a port to port 53, at an address. */
function packetFrom(memory: LiveMemory, at: Address, port: number): void {
  memory.write8(at, 0x45)
  memory.write8(at + 9, 17)
  memory.write32be(at + 12, 0x7f000001)
  memory.write32be(at + 16, 0x7f000001)
  memory.write32be(at + 20, (port << 16) | 53)
}

it('Flows spread over any number of CPUs, even ones among them, and none has number 0', () => {
  const memory = new LiveMemory(newShared(4096))
  const at = 1024
  const mbufs = { memory, head: () => at } as unknown as Mbufs
  for (const cpus of [2, 3, 4, 8]) {
    const counts = Array.from({ length: cpus }, () => 0)
    for (let port = 1; port <= 4000; port++) {
      packetFrom(memory, at, port)
      const flow = flowOf(mbufs, at)
      expect(flow).toBeGreaterThan(0)
      counts[flow % cpus]! += 1
    }
    // Six standard deviations of a binomial of 4000 are 190 at most.
    for (const count of counts) expect(Math.abs(count - 4000 / cpus)).toBeLessThan(190)
  }
})
