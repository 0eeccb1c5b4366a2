import { startLive } from '@smpnet/machine/live'
import { afterEach, describe, expect, it } from 'vitest'
import { startTasks, type TaskRunner } from '../src/index.ts'

const MODULE = new URL('./fixtures/tasks.mjs', import.meta.url)

let tasks: TaskRunner | undefined
afterEach(() => tasks?.stop())

async function start(cpus = 1) {
  const runner = (tasks = await startTasks(startLive, { cpus, modules: [MODULE] }))
  const run = (name: string, ...args: unknown[]) => runner.run(MODULE, name, args)
  return { runner, run }
}

describe('A task that returns a promise', () => {
  it('is awaited', async () => {
    const { run } = await start()
    expect(await run('later', 20, 'value')).toBe('value')
    expect(await run('resolved', 7)).toBe(7)
    expect(await run('thenable')).toBe('then')
    await expect(run('later', 1, 'fails')).rejects.toThrow(RangeError)
    await expect(run('resolved', 1).then(() => run('returnsFunction'))).rejects.toThrow(
      'a function',
    )
    expect(await run('echo', 'after')).toEqual(['after'])
  })

  it('is the only one on its CPU until it is settled', async () => {
    const { run } = await start(1)
    const order: unknown[] = []
    const all = [run('later', 30, 'first'), run('echo', 'second'), run('later', 1, 'third')]
    await Promise.all(all.map((task) => task.then((value) => order.push(value))))
    expect(order.flat()).toEqual(['first', 'second', 'third'])
  })

  it('comes and goes among others as often as one likes', async () => {
    const { run } = await start(2)
    const calls = Array.from({ length: 2_000 }, (_, i) =>
      i % 3 === 0 ? run('resolved', i) : run('echo', i),
    )
    expect((await Promise.all(calls)).flat()).toEqual(calls.map((_, i) => i))
  })

  it('hears that it was called off', async () => {
    const { runner, run } = await start(1)
    const controller = new AbortController()
    const { signal } = controller
    const task = runner.run(MODULE, 'untilCancelledLater', [], { signal })
    setTimeout(() => controller.abort(), 30)
    await expect(task).rejects.toThrow('aborted')
    const beforeMs = performance.now()
    expect(await run('echo', 1)).toEqual([1])
    expect(performance.now() - beforeMs).toBeLessThan(1500)
  })
})
