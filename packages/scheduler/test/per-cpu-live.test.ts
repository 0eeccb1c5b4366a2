import { startLive } from '@smpnet/machine/live'
import { describe, expect, it } from 'vitest'
import { perCpuKinds, type PerCpuWorld, place, type Seen } from './fixtures/per-cpu-kinds.mjs'

const CPUS = 2

/** Runs the lives of six threads on each of two live CPUs. */
async function runLive(kind: (typeof perCpuKinds)[number], policy: string) {
  const reports: Seen[] = []
  let allSaid!: () => void
  const done = new Promise<void>((resolve) => (allSaid = resolve))
  let check = (): void => {}
  const machine = await startLive({
    cpus: CPUS,
    boot: new URL('./fixtures/per-cpu-kinds.mjs', import.meta.url),
    setup: ({ arena, memory }) => {
      const world: PerCpuWorld = place(kind, arena, CPUS)
      check = () => kind.check(kind.open(memory, world.handle, CPUS), world, memory)
      return { world, policy, threads: 6 }
    },
    onReport: (_cpu, value) => {
      if (reports.push(value as Seen) === CPUS) allSaid()
    },
  })
  await Promise.race([done, machine.stopped])
  await machine.stop()
  check()
  return reports
}

describe.each(perCpuKinds.map((kind) => [kind.name, kind] as const))(
  'On a live machine, the users of a %s',
  (_name, kind) => {
    it.each(['priority', '4BSD', 'ULE'])('stay on their CPU anyway: %s', async (policy) => {
      const reports = await runLive(kind, policy)
      expect(reports.map(({ moved }) => moved)).toEqual([0, 0])
    })
  },
)
