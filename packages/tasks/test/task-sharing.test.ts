import { startLive } from '@smpnet/machine/live'
import { afterEach, describe, expect, it } from 'vitest'
import { Mutex, SyncDomain } from '@smpnet/sync'
import { socketPair } from '@smpnet/socket'
import { CannotSend, startTasks, type TaskRunner } from '../src/index.ts'

const MODULE = new URL('./fixtures/tasks.mjs', import.meta.url)

let tasks: TaskRunner | undefined
afterEach(() => tasks?.stop())

async function start(cpus: number) {
  const runner = (tasks = await startTasks(startLive, { cpus, modules: [MODULE] }))
  return (name: string, ...args: unknown[]) => runner.run(MODULE, name, args)
}

describe('Shared memory', () => {
  it('is the same on both sides, and comes back as what was sent', async () => {
    const run = await start(1)
    const shared = new SharedArrayBuffer(16)
    const words = new Int32Array(shared)
    words.set([0, 3, 4])
    expect(await run('sums', shared)).toBe(shared)
    expect(words[0]).toBe(7)
    await run('addsTo', words.subarray(2))
    expect(words[3]).toBe(5)
    expect(await run('echo', { deep: [words] })).toEqual([{ deep: [words] }])
  })

  it('is one object on a CPU, however often it is sent', async () => {
    const run = await start(1)
    const [one, other] = [new SharedArrayBuffer(8), new SharedArrayBuffer(8)]
    const same = []
    for (const each of [one, one, other, one, one]) same.push(await run('isTheSame', each))
    expect(same).toEqual([false, true, false, false, true])
  })

  it('is taken by CPUs in time, however many buffers come, and forgotten', async () => {
    const run = await start(2)
    for (let i = 0; i < 1_000; i++) {
      const shared = new SharedArrayBuffer(16)
      new Int32Array(shared).set([0, i, 1])
      await run('sums', shared)
      expect(new Int32Array(shared)[0]).toBe(i + 1)
    }
  })

  it('that a task has made cannot be sent', async () => {
    const run = await start(1)
    await expect(run('makesShared')).rejects.toThrow(CannotSend)
    await expect(run('makesShared')).rejects.toThrow('a SharedArrayBuffer that a task made came')
  })
})

describe('Handles', () => {
  it('of a lock are arguments of tasks on several CPUs', async () => {
    const run = await start(2)
    const mutex = Mutex.create(SyncDomain.create())
    const shared = new SharedArrayBuffer(4)
    const counts = [1, 2, 3, 4].map(() => run('counts', mutex.handle, shared, 2_000))
    for (let i = 0; i < 2_000; i++) {
      const guard = await mutex.lock()
      new Int32Array(shared)[0]!++
      guard.unlock()
    }
    await Promise.all(counts)
    expect(new Int32Array(shared)[0]).toBe(10_000)
  })

  it('of an end of a socket pair are arguments of a task', async () => {
    const run = await start(1)
    const [here, there] = socketPair()
    const task = run('shouts', there.handle)
    await here.send(new TextEncoder().encode('hello'))
    const bytes = new Uint8Array(64)
    const length = await here.receive(bytes)
    expect(new TextDecoder().decode(bytes.subarray(0, length))).toBe('HELLO')
    expect(await task).toBe(5)
    here.close()
  })
})
