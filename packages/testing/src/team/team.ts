import { BenchError } from '../suite/bench-error.ts'
import type { SliceResult, SliceSpec } from '../suite/slice.ts'
import type { Runner, ThreadSpec } from '../suite/variant.ts'
import { LatencyRecorder } from '../stats/latency-recorder.ts'
import type { FromThread, ThreadOutcome } from './messages.ts'
import { StartBarrier } from './start-barrier.ts'
import { barrierMemory, TeamMember } from './team-member.ts'

/** What the team is waiting for, from which threads. */
interface Phase {
  readonly missing: Set<number>
  readonly outcomes: ThreadOutcome[]
  readonly resolve: (outcomes: ThreadOutcome[]) => void
  readonly reject: (error: BenchError) => void
  readonly watchdog: NodeJS.Timeout
}

/**
 * Worker threads that run slices together and are kept between them, since a worker takes
 * milliseconds to start and its code some slices to become fast.
 *
 * A slice begins with a message to each worker. The workers meet at the barrier; the last to arrive
 * says so, and only then the slice's time starts to run, at the end of which the stop flag rises.
 * Each worker answers with its outcome. Between those messages the team waits in a phase, which
 * knows the threads whose answers are missing and has a watchdog.
 *
 * The first thread that throws, leaves or does not answer in time fails the team: every later call
 * rejects with that sentence. The barrier and the flag are the only shared words; all else here
 * belongs to the event loop that started the team, and needs no lock.
 */
export class Team implements Runner {
  readonly #members: TeamMember[]
  readonly #barrier: StartBarrier
  readonly #watchdogMs: number
  #phase: Phase | undefined
  #failure: BenchError | undefined
  #sliceMs = Number.POSITIVE_INFINITY
  #stopTimer: NodeJS.Timeout | undefined
  #brought = new Map<number, unknown>()

  private constructor(variant: string, specs: readonly ThreadSpec[], watchdogMs: number) {
    const memory = barrierMemory()
    this.#barrier = new StartBarrier(memory, specs.length)
    this.#watchdogMs = watchdogMs
    const events = { message: this.#onMessage, failed: this.#fail }
    this.#members = specs.map((spec, index) => {
      const place = { index, threads: specs.length, barrier: memory }
      return new TeamMember(variant, spec, place, events)
    })
  }

  /**
   * Starts a worker for each spec and waits until all are set up. A thread has `watchdogMs` to
   * start, and as long to end its slice once the stop flag is up.
   */
  static async start(
    variant: string,
    specs: readonly ThreadSpec[],
    watchdogMs: number,
  ): Promise<Team> {
    if (specs.length === 0) {
      throw new BenchError(`expected at least one thread in variant "${variant}", got none`)
    }
    const team = new Team(variant, specs, watchdogMs)
    try {
      await team.#expect('did not finish its start', watchdogMs)
    } catch (error) {
      await team.stop()
      throw error
    }
    return team
  }

  async slice(spec: SliceSpec): Promise<SliceResult> {
    this.#barrier.setStop(false)
    const timed = spec.count === undefined
    this.#sliceMs = timed ? spec.ms : Number.POSITIVE_INFINITY
    const answer = this.#expect('did not end its slice', spec.ms + this.#watchdogMs)
    for (const member of this.#members) member.send({ type: 'slice', count: spec.count })
    return resultOf(await answer)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#stopTimer)
    this.#fail(new BenchError('the bench was stopped'))
    this.#barrier.setStop(true)
    await Promise.all(this.#members.map((member) => member.stop()))
  }

  #expect(verb: string, withinMs: number): Promise<ThreadOutcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      const missing = new Set(this.#members.keys())
      const watchdog = setTimeout(() => {
        const late = [...missing].map((index) => (this.#members[index] as TeamMember).title)
        this.#fail(new BenchError(`${late.join(' and ')} ${verb} within ${withinMs} ms`))
      }, withinMs)
      this.#phase = { missing, outcomes: [], resolve, reject, watchdog }
    })
  }

  readonly #onMessage = (index: number, message: FromThread): void => {
    if (message.type === 'exchange') this.#exchange(index, message.value)
    else if (message.type === 'opened') this.#startClock()
    else if (message.type === 'error') this.#threw(index, message.message, message.stack)
    else this.#answered(index, message.type === 'outcome' ? message : undefined)
  }

  #answered(index: number, outcome: ThreadOutcome | undefined): void {
    const phase = this.#phase
    if (phase === undefined) return
    if (outcome !== undefined) phase.outcomes.push(outcome)
    phase.missing.delete(index)
    if (phase.missing.size > 0) return
    clearTimeout(phase.watchdog)
    clearTimeout(this.#stopTimer)
    this.#phase = undefined
    phase.resolve(phase.outcomes)
  }

  /** The slice's time starts when the barrier opens, not when the messages are sent. */
  #startClock(): void {
    if (this.#sliceMs === Number.POSITIVE_INFINITY) return
    this.#stopTimer = setTimeout(() => this.#barrier.setStop(true), this.#sliceMs)
  }

  #exchange(index: number, value: unknown): void {
    this.#brought.set(index, value)
    if (this.#brought.size < this.#members.length) return
    const values = this.#members.map((_, member) => this.#brought.get(member))
    this.#brought = new Map()
    for (const member of this.#members) member.send({ type: 'exchanged', values })
  }

  #threw(index: number, message: string, stack: string | undefined): void {
    const title = (this.#members[index] as TeamMember).title
    this.#fail(new BenchError(`${title} threw "${message.split('\n')[0]}"`, stack))
  }

  readonly #fail = (error: BenchError): void => {
    this.#failure ??= error
    clearTimeout(this.#phase?.watchdog)
    this.#phase?.reject(this.#failure)
    this.#phase = undefined
  }
}

function resultOf(outcomes: readonly ThreadOutcome[]): SliceResult {
  const counting = outcomes.filter((outcome) => outcome.count > 0)
  const startNs = Math.min(...outcomes.map((outcome) => outcome.startNs))
  const endNs = Math.max(...counting.map((outcome) => outcome.endNs), startNs + 1)
  const count = counting.reduce((sum, outcome) => sum + outcome.count, 0)
  const latency = new LatencyRecorder()
  for (const { pages } of outcomes) if (pages) latency.add(new LatencyRecorder(pages))
  return { count, ns: endNs - startNs, ...(latency.count > 0 && { latency }) }
}
