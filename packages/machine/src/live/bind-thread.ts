import { execFileSync } from 'node:child_process'
import { came } from '@smpnet/memory'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Which cores a thread of this process may run on, and how it gets one of its own, as `cpuset -t`
 * gives one on FreeBSD. An operating system likes to put threads that wake each other in turn on
 * one core, though another is idle; a live CPU that is bound has the core that it stands for.
 *
 * There is no call for it in JavaScript. Linux says the thread's number in /proc, and `taskset`, of
 * util-linux, takes it. Elsewhere nothing is bound.
 */
const THREAD = '/proc/thread-self'
const STATUS = '/proc/self/status'

/**
 * Binds the calling thread to a core. Throws a RangeError for what is no core's number, and an
 * Error that says why it could not be bound.
 */
export function bindThread(core: number): void {
  if (!(Number.isInteger(core) && core >= 0)) {
    throw new RangeError(`a core has a whole number from 0: ${came(core)} came`)
  }
  const why = bind(String(core))
  if (why !== undefined) throw new Error(`this thread could not be bound to core ${core}: ${why}`)
}

/** Whether threads can be bound here, once somebody has asked. */
let canBind: boolean | undefined

/**
 * The cores that this process may use, by their numbers, from the least; none where threads cannot
 * be bound, which is tried, with the calling thread and all of them.
 */
export function coresHere(): number[] {
  const status = existsSync(THREAD) ? readFileSync(STATUS, 'utf8') : ''
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status) ?? []
  if (list === undefined || !(canBind ??= bind(list) === undefined)) return []
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 || 0 }, (_, index) => from + index)
  })
}

/** Has the calling thread run on cores of a list only; or says why it cannot. */
function bind(list: string): string | undefined {
  try {
    const thread = readlinkSync(THREAD).split('/').at(-1) as string
    execFileSync('taskset', ['-pc', list, thread], { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    return (
      String(stderr ?? '')
        .trim()
        .split('\n', 1)[0] || message
    )
  }
}
