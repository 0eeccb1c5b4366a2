import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

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
const TASKSET = 'taskset'

/** Binds the calling thread to a core. Throws an Error that says why it could not be. */
export function bindThread(core: number): void {
  const thread = readlinkSync(THREAD).split('/').at(-1) as string
  try {
    execFileSync(TASKSET, ['-pc', String(core), thread], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    const [why = message] = String(stderr ?? '').trim() ? String(stderr).trim().split('\n') : []
    throw new Error(`this thread could not be bound to core ${core}: ${why}`, { cause: error })
  }
}

/**
 * The cores that this process may use, by their numbers, from the least; none where threads cannot
 * be bound.
 */
export function coresHere(): number[] {
  if (!existsSync(THREAD) || !hasTaskset()) return []
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(STATUS, 'utf8')) ?? []
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 || 0 }, (_, index) => from + index)
  })
}

function hasTaskset(): boolean {
  const folders = (process.env['PATH'] ?? '').split(':')
  return folders.some((folder) => existsSync(join(folder, TASKSET)))
}
