import { startLive } from '@smpnet/machine/live'
import { afterEach, describe, expect, it } from 'vitest'
import { CannotSend, startTasks, type TaskRunner } from '../src/index.ts'

const MODULE = new URL('./fixtures/tasks.mjs', import.meta.url)

let tasks: TaskRunner | undefined
afterEach(() => tasks?.stop())

async function thrower(payloadBytes = 1024) {
  const runner = (tasks = await startTasks(startLive, {
    cpus: 1,
    modules: [MODULE],
    payloadBytes,
  }))
  return {
    runner,
    thrown: (what: string): Promise<Error & Record<string, unknown>> =>
      runner.run(MODULE, 'throws', [what]).then(
        () => new Error('it did not throw') as never,
        (error: unknown) => error as never,
      ),
  }
}

describe('What a task throws', () => {
  it('keeps its class, its code and its cause', async () => {
    const { thrown } = await thrower()
    const special = await thrown('special')
    expect(special).toBeInstanceOf(RangeError)
    expect(special).toMatchObject({ name: 'Special', message: 'special', code: 'E_SPECIAL' })
    expect(special).not.toHaveProperty('callback')
    const caused = await thrown('cause')
    expect(caused).toBeInstanceOf(TypeError)
    expect(caused['cause']).toBeInstanceOf(RangeError)
    expect(caused).toMatchObject({ errno: -2, cause: { message: 'c' } })
    const many = (await thrown('many')) as unknown as AggregateError
    expect(many).toBeInstanceOf(AggregateError)
    expect(many.errors[0]).toBeInstanceOf(TypeError)
    expect(many.errors[1]).toBe(5)
  })

  it('leads to the task by its stack, and is like any error of its class', async () => {
    const { thrown } = await thrower(4096)
    const special = await thrown('special')
    expect(special.stack).toContain('tasks.mjs')
    const { cause } = await thrown('cause')
    expect(Object.keys(cause as Error)).toEqual([])
    expect((cause as Error).stack).toContain('tasks.mjs')
  })

  it('is cut where there is no room for it, and stays an error of its class', async () => {
    const { thrown } = await thrower(512)
    const long = await thrown('long')
    expect(long).toBeInstanceOf(RangeError)
    expect(long).toMatchObject({ message: 'x'.repeat(64), code: 'E_LONG' })
  })

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['symbol', { name: 'CannotSend', message: 'a task threw what cannot be sent: a symbol' }],
    ['proxy', { name: 'Error', message: 'p' }],
    ['revoked', { name: 'CannotSend', message: 'a task threw what cannot be sent: an object' }],
    ['hostile', {}],
    ['getter', { name: 'Error', message: '' }],
    ['getters', { name: 'Error', message: 'g' }],
    ['symbolMessage', { message: 'Symbol(m)' }],
    ['numberName', { name: '5', message: 'q' }],
    ['dom', { name: 'AbortError', message: 'aborted' }],
    ['object', { name: 'CannotSend' }],
  ])('stops nobody else, if it is %s', async (what, expected) => {
    const { runner, thrown } = await thrower()
    const others = Array.from({ length: 20 }, (_, i) => runner.run(MODULE, 'echo', [i]))
    const error = await thrown(what)
    expect(shownLike(expected, error)).toEqual(expected)
    expect((await Promise.all(others)).flat()).toEqual(others.map((_, i) => i))
    expect(await runner.run(MODULE, 'echo', ['after'])).toEqual(['after'])
  })
})

/** Of an error, the names that are expected of it; anything else as it is. */
function shownLike(expected: object | null | undefined, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const names = Object.keys(expected ?? {})
  return Object.fromEntries(names.map((name) => [name, error[name as keyof Error]]))
}

describe("The runner's own errors", () => {
  it('are of their classes, for arguments and for results', async () => {
    const { runner } = await thrower(512)
    const big = 'x'.repeat(600)
    await expect(runner.run(MODULE, 'echo', [big])).rejects.toBeInstanceOf(CannotSend)
    const error = (await runner.run(MODULE, 'returnsFunction').catch((e: unknown) => e)) as Error
    expect(error).toBeInstanceOf(CannotSend)
    expect(error.stack).toMatch(/^CannotSend: .*\n {4}at returnsFunction \(file:.*tasks\.mjs\)$/)
  })
})
