import { startLive } from '@smpnet/machine/live'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { startTasks, TaskLost, type TaskRunner, type TaskRunnerOptions } from '../src/index.ts'
import { ValueReader } from '../src/value-reader.ts'
import { ValueWriter } from '../src/value-writer.ts'

const MODULE = new URL('./fixtures/tasks.mjs', import.meta.url)

let tasks: TaskRunner | undefined
afterEach(() => tasks?.stop())

async function start(options: Partial<TaskRunnerOptions> = {}): Promise<TaskRunner> {
  tasks = await startTasks(startLive, { cpus: 2, modules: [MODULE], ...options })
  return tasks
}

describe('a task runner', () => {
  it('runs functions on other CPUs and brings back what they return', async () => {
    const { run } = bound(await start())
    expect(await run('echo', [1, 'two', { three: [3.5, null] }])).toEqual([
      1,
      'two',
      { three: [3.5, null] },
    ])
    expect(await run('nothing')).toBeUndefined()
  })

  it('brings back errors with their name, message and stack', async () => {
    const { run } = bound(await start())
    const error = await run('fails', ['no space']).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RangeError', message: 'no space' })
    expect((error as Error).stack).toContain('tasks.mjs')
  })

  it('says of what cannot be sent that it cannot, and goes on', async () => {
    const { run } = bound(await start({ payloadBytes: 512 }))
    await expect(run('echo', [() => {}])).rejects.toThrow('plain data can be sent')
    await expect(run('echo', [new URL(MODULE)])).rejects.toThrow('of URL came')
    await expect(run('echo', ['x'.repeat(600)])).rejects.toThrow('up to 512 bytes')
    await expect(run('returnsFunction')).rejects.toThrow('a function came')
    await expect(run('throwsFunction')).rejects.toThrow('threw what cannot be sent: a function')
    expect(await run('echo', [1])).toEqual([1])
  })

  it('names the functions that it has when another is asked for', async () => {
    const { run } = bound(await start())
    await expect(run('missing')).rejects.toThrow(/#echo.*#missing came$/)
  })

  it('runs each of many tasks exactly once, whichever CPU takes it', async () => {
    const { run, runner } = bound(await start({ places: 16 }))
    const numbers = Array.from({ length: 20_000 }, (_, i) => i)
    const results = await Promise.all(numbers.map((i) => run('echo', [i])))
    expect(results.flat()).toEqual(numbers)
    expect(runner.pending).toBe(0)
  })

  it('works on several tasks at a time', async () => {
    const { run } = bound(await start())
    const long = run('busy', [300])
    const first = await Promise.race([long, run('echo', ['short'])])
    expect(first).toEqual(['short'])
    await long
  })
})

describe('back pressure', () => {
  it('refuses more than may wait, and says when there is room', async () => {
    const { run, runner } = bound(await start({ cpus: 1, places: 2, mostWaiting: 2 }))
    const under = [1, 2, 3, 4].map((i) => run('busy', [5 * i]))
    await expect(run('nothing')).rejects.toThrow('up to 2 tasks wait to be sent')
    await runner.room()
    await Promise.all(under)
    await runner.room()
    expect(await run('echo', ['again'])).toEqual(['again'])
  })

  it('tells all that wait for room, also those behind one that sends nothing', async () => {
    const { run, runner } = bound(await start({ cpus: 1, places: 1 }))
    const busy = run('busy', [20])
    let told = 0
    const rooms = [1, 2, 3].map(() => runner.room().then(() => told++))
    await busy
    await Promise.all(rooms)
    expect(told).toBe(3)
  })

  it('tells them when the runner has ended, too', async () => {
    const { run, runner } = bound(await start({ cpus: 1, places: 1 }))
    const lost = run('busy', [5_000]).catch((error: unknown) => error)
    const room = runner.room()
    await runner.stop()
    await Promise.all([room, runner.room()])
    expect(await lost).toBeInstanceOf(TaskLost)
  })
})

describe('calling a task off', () => {
  it('rejects at once, and a task that has not begun never does', async () => {
    const { run } = bound(await start({ cpus: 1 }))
    const busy = run('busy', [100])
    const controller = new AbortController()
    const victim = run('fails', ['ran'], { signal: controller.signal })
    controller.abort(new Error('no longer needed'))
    await expect(victim).rejects.toThrow('no longer needed')
    expect(await busy).toBe(100)
    expect(await run('echo', ['next'])).toEqual(['next'])
  })

  it('tells a task that is running, which may then end early', async () => {
    const { run } = bound(await start({ cpus: 1 }))
    const controller = new AbortController()
    const task = run('untilCancelled', [], { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    const before = performance.now()
    await expect(task).rejects.toThrow('aborted')
    await run('nothing')
    expect(performance.now() - before).toBeLessThan(5_000)
  })

  it('rejects at once while the task waits for a place, whose room others have', async () => {
    const { run, runner } = bound(await start({ cpus: 1, places: 1, mostWaiting: 2 }))
    const busy = run('busy', [300])
    const controller = new AbortController()
    const { signal } = controller
    const begins = performance.now()
    const all = [1, 2].map(() => run('fails', ['ran'], { signal }).catch(String))
    await expect(run('echo')).rejects.toThrow('up to 2 tasks wait')
    controller.abort(new Error('no longer needed'))
    expect(await Promise.all(all)).toEqual(all.map(() => 'Error: no longer needed'))
    expect(performance.now() - begins).toBeLessThan(250)
    expect(runner.pending).toBe(1)
    expect(await Promise.all([run('echo', [1]), run('echo', [2])])).toEqual([[1], [2]])
    expect(await busy).toBe(300)
  })

  it('keeps nothing of many that are called off while one goes on', async () => {
    const { run, runner } = bound(await start({ cpus: 1, places: 1, mostWaiting: 10 }))
    const busy = run('busy', [200])
    for (let i = 0; i < 2_000; i++) {
      const controller = new AbortController()
      const task = run('echo', [], { signal: controller.signal }).catch(() => 'called off')
      controller.abort()
      expect(await task).toBe('called off')
    }
    expect(runner.pending).toBeLessThanOrEqual(1)
    await busy
  })

  it('does not begin what was called off before', async () => {
    const { run } = bound(await start())
    await expect(run('echo', [], { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })
})

describe('the end of a task runner', () => {
  it('rejects what has not ended when it is stopped', async () => {
    const { run, runner } = bound(await start({ cpus: 1 }))
    const task = run('busy', [5_000]).catch((error: unknown) => error)
    await runner.stop()
    expect(await task).toBeInstanceOf(TaskLost)
    await expect(run('nothing')).rejects.toThrow('was stopped')
  })

  it('rejects what has not ended when a CPU dies, and says which did', async () => {
    const { run } = bound(await start({ cpus: 1 }))
    const all = [run('exit'), run('nothing')].map((task) => task.catch(String))
    for (const outcome of await Promise.all(all)) expect(outcome).toContain('CPU 0')
  })

  it('does not start without the modules it is given', async () => {
    const modules = [new URL('./fixtures/none.mjs', import.meta.url)]
    await expect(startTasks(startLive, { cpus: 1, modules })).rejects.toThrow(
      'CPU 0 did not start',
    )
  })

  it('refuses figures that cannot be', async () => {
    const wrong = { cpus: 1, modules: [] }
    await expect(startTasks(startLive, { ...wrong, places: 3 })).rejects.toThrow('a power of two')
    await expect(startTasks(startLive, { ...wrong, payloadBytes: 8 })).rejects.toThrow(
      'at least 512: 8',
    )
    for (const places of [0.5, 0, -2, '4' as never, 2 ** 17]) {
      await expect(startTasks(startLive, { ...wrong, places })).rejects.toThrow('a power of two')
    }
    const large = { ...wrong, places: 1024, payloadBytes: 4 << 20 }
    await expect(startTasks(startLive, large)).rejects.toThrow('1024 × 4194304 came')
    await expect(startTasks(startLive, { ...wrong, cpus: 0 })).rejects.toThrow(
      '1 to 64 CPUs: 0 came',
    )
  })
})

describe('a wrong call', () => {
  it('is refused by a sentence when the runner is started', async () => {
    const start = startTasks as (...args: unknown[]) => Promise<TaskRunner>
    const sentence = 'startTasks(startLive, { cpus, modules })'
    await expect(start({ cpus: 1, modules: [] })).rejects.toThrow(sentence)
    await expect(start(startLive)).rejects.toThrow(sentence)
    await expect(start(startLive, { cpus: 1, modules: './jobs.mjs' })).rejects.toThrow(sentence)
    await expect(start(startLive, { cpus: 1, modules: ['./jobs.mjs'] })).rejects.toThrow(
      "'./jobs.mjs' came",
    )
  })

  it('is refused before anything is taken when a task is asked for', async () => {
    const runner = await start({ cpus: 1, places: 1 })
    const run = (...args: unknown[]) => runner.run(MODULE, 'echo', ...(args as []))
    await expect(run([1], { signal: {} })).rejects.toThrow('an AbortSignal: an object came')
    await expect(run([1], null)).rejects.toThrow('an object, as { signal }: null came')
    await expect(run(5)).rejects.toThrow('a list, as in [7]: 5 came')
    await expect(run('ab')).rejects.toThrow("a list, as in [7]: 'ab' came")
    await expect(runner.run(MODULE, Symbol('x') as never)).rejects.toThrow('#Symbol(x) came')
    expect(await run([1])).toEqual([1])
  })

  it('has room for large payloads unless it is told for how many', async () => {
    const { run } = bound(await start({ cpus: 1, payloadBytes: 4 << 20 }))
    const bytes = new Uint8Array(3 << 20).fill(7)
    const [came] = (await run('echo', [bytes])) as [Uint8Array]
    expect(Buffer.compare(came, bytes)).toBe(0)
  })
})

describe('types', () => {
  it('of arguments and results are those of the function that is named', async () => {
    const runner = await start({ cpus: 1 })
    const busy = runner.bind<(ms: number) => number>(MODULE, 'busy')
    const ms: number = await busy([1])
    const later: string = await runner.run<(ms: number, value: string) => Promise<string>>(
      MODULE,
      'later',
      [1, 'value'],
    )
    expect([ms, later]).toEqual([1, 'value'])
    // @ts-expect-error: the function takes a number
    await runner.run<(ms: number) => number>(MODULE, 'busy', ['1'])
  })
})

describe('values on their way', () => {
  it('arrive as they were, whatever they are', () => {
    const writer = new ValueWriter(1 << 16)
    const leaf = fc.oneof(
      fc.constantFrom(undefined, null, true, false, NaN, -0, Infinity),
      fc.integer(),
      fc.double(),
      fc.bigInt(),
      fc.string({ unit: 'grapheme' }),
      fc.date(),
      fc.uint8Array(),
      fc.float64Array(),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, tie('array'), tie('object'), tie('map'), tie('set')),
      array: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      map: fc.array(fc.tuple(fc.string(), tie('value'))).map((list) => new Map(list)),
      set: fc.array(leaf).map((list) => new Set(list)),
    }))
    fc.assert(
      fc.property(value, (sent) => {
        const length = writer.encode(sent)
        const came = new ValueReader(writer.bytes.slice(0, length)).decode()
        expect(came).toStrictEqual(sent)
      }),
    )
  })

  it('are refused when they are a ring', () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(() => new ValueWriter(1024).encode(ring)).toThrow('or a ring')
  })
})

function bound(runner: TaskRunner) {
  const run = (name: string, args?: readonly unknown[], options?: { signal: AbortSignal }) =>
    runner.run(MODULE, name, args, options)
  return { runner, run }
}
