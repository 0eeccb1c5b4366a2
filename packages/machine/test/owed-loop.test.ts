import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot } from '@smpnet/park'
import { expect, it } from 'vitest'
import { BUSY, type Executive } from '../src/cpu.ts'
import { LiveCpu } from '../src/live/live-cpu.ts'
import { placeMachine } from '../src/live/machine-block.ts'

function oneCpu() {
  const memory = LiveMemory.create(1 << 16)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { buckets: 1, cpus: 1, threads: 0, waiters: 2 })
  const at = placeMachine(memory, arena, { cpus: 1, lot })
  const handle = { buffer: memory.buffer, lot, cpus: 1, at, originNs: 0 }
  const word = arena.place('progress', 64)
  return { cpu: new LiveCpu(0, handle, { now: () => 0, report() {} }, false), word }
}

/** Turns of the event loop that a CPU beside it takes for so many runs of its executive. */
async function turnsOf(runs: number, before: (cpu: LiveCpu, word: number) => void) {
  const { cpu, word } = oneCpu()
  before(cpu, word)
  let [left, turns] = [runs, 0]
  const executive = { run: () => (left--, BUSY), receive: () => false, tick() {} } as Executive
  const turn = async (): Promise<void> => void turns++
  await cpu.runBesideEventLoop(executive, turn, () => left <= 0)
  return turns
}

it('takes no more turns of an event loop when it has overrun another', async () => {
  const calm = await turnsOf(6400, () => {})
  const owing = await turnsOf(6400, (cpu, word) => cpu.overrun(word, 0))
  expect(owing).toBeLessThanOrEqual(calm + 2)
})
