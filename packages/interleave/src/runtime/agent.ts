import { answer } from './access.ts'
import { startAsync } from './async.ts'
import { call } from './calls.ts'
import { compiledOf } from './functions.ts'
import { OP } from './operation.ts'
import { ModelPromise } from './promise.ts'
import { refuse } from './refusal.ts'
import {
  type AgentScope,
  type CallbackJob,
  type Job,
  type RunningThread,
  state,
  STEP,
} from './state.ts'

type Steps<T = unknown> = Generator<unknown, T, unknown>

/** The steps of a thread's function. Throws a TypeError for one that was not compiled. */
export function stepsOf(
  name: string,
  body: (...args: never[]) => unknown,
  args: readonly unknown[],
): Generator<unknown, unknown, unknown> {
  const compiled = compiledOf(body)
  if (compiled === undefined) {
    throw new TypeError(
      `expected the function of thread ${name} to be compiled for checking; ` +
        'load its module with the interleave plugin or loader',
    )
  }
  const steps = compiled.body.apply(compiled.self as never, args as never[])
  return compiled.kind === 2 ? startAsync(steps) : steps
}

/** A whole worker, which says at its end, or when it has thrown, that it is over. */
export function* runWorker(main: Steps, scope: AgentScope): Steps {
  try {
    const result = yield* main
    yield* rest(state.thread!, result)
  } catch (thrown) {
    refuseToTell(state.thread!)
    yield* runAtExit(state.thread!, 1)
    yield* scope.end({ thrown })
    return undefined
  }
  return yield* scope.end()
}

/**
 * What is left of a thread when its function has returned: its jobs, until none is left and none
 * can come. Most threads have none, and then this is undefined: whatever all steps of a thread pass
 * through costs each of them.
 */
export function restOf(thread: RunningThread, result: unknown): Steps | undefined {
  const { jobs, nextTicks, starting, atExit, rejected, awaitedFromOutside, listening } = thread
  const isNothingLeft =
    jobs.length === 0 &&
    nextTicks.length === 0 &&
    starting.length === 0 &&
    atExit.length === 0 &&
    rejected.length === 0 &&
    awaitedFromOutside === 0 &&
    listening === 0 &&
    !(result instanceof ModelPromise)
  return isNothingLeft ? undefined : rest(thread, result)
}

/** The result is that of the thread's function, or what its promise came to. */
function* rest(thread: RunningThread, result: unknown): Steps {
  if (result instanceof ModelPromise) result.isHandled = true
  for (;;) {
    if (thread.jobs.length > 0 || thread.nextTicks.length > 0) yield* runJobs(thread)
    for (let act = thread.starting.shift(); act !== undefined; act = thread.starting.shift()) {
      state.pending.event(OP.act, 0, act)
      yield STEP
    }
    // As the language's hosts do when no callback is left, and not only at the end.
    const unhandled = thread.rejected.find(({ isHandled }) => !isHandled)
    if (unhandled !== undefined) throw unhandled.value
    const isNeeded = thread.awaitedFromOutside > 0 || isPending(result)
    if (!isNeeded && thread.listening === 0) break
    state.pending.event(OP.idle, 0, isNeeded)
    yield STEP
  }
  yield* runAtExit(thread, 0)
  if (!(result instanceof ModelPromise)) return result
  if (result.status === 'rejected') throw result.value
  return result.value
}

/** Refuses the end of a thread by what nobody has caught, if it has asked to be told of that. */
export function refuseToTell({ listensAt }: RunningThread): void {
  if (listensAt === 0) return
  throw refuse(
    listensAt,
    'listeners of a process for what nobody catches are not modelled; catch it',
  )
}

/** Calls what is to be called when the thread ends, with its exit code. */
export function* runAtExit({ atExit }: RunningThread, code: unknown): Steps {
  for (let callback = atExit.shift(); callback !== undefined; callback = atExit.shift()) {
    if (call(0, callback, undefined, [code])) yield* answer.steps!
  }
  return undefined
}

/** What was put off until now, and then the callbacks of promises, until both are done. */
function* runJobs({ jobs, nextTicks }: RunningThread): Steps {
  while (nextTicks.length > 0 || jobs.length > 0) {
    for (let job = nextTicks.shift(); job !== undefined; job = nextTicks.shift())
      yield* runJob(job)
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) yield* runJob(job)
  }
  return undefined
}

function isPending(result: unknown): boolean {
  return result instanceof ModelPromise && result.status === 'pending'
}

function* runJob(job: Job): Steps {
  if (typeof job === 'function') job()
  else if ('steps' in job) yield* job.steps
  else yield* runCallback(job)
  return undefined
}

/** A callback, whose outcome settles a promise. */
export function* runCallback({ callback, self, args, promise }: CallbackJob): Steps {
  try {
    promise.resolve(
      call(0, callback, self, args as unknown[]) ? yield* answer.steps! : answer.value,
    )
  } catch (error) {
    promise.settle(false, error)
  }
  return undefined
}
