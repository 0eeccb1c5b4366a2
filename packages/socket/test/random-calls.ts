import { SimRandom } from '@smpnet/machine/sim'
import { type Came, type RefKind, type RefSocket, RefSockets } from './reference-sockets.ts'

/** The sockets that are compared: calls that do not wait, each of a thread's own view of them. */
export interface Compared<S> {
  readonly kind: RefKind
  readonly threads: number
  create(thread: number): S
  listen(thread: number, socket: S, backlog: number): Came
  connect(thread: number, socket: S, listener: S): Came
  /** A socket, or nothing, or that the call is illegal. */
  accept(thread: number, listener: S): S | 'misuse' | undefined
  send(thread: number, socket: S, bytes: readonly number[]): Came
  receive(thread: number, socket: S, most: number): Came
  shutdown(thread: number, socket: S): Came
  shutdownReceive(thread: number, socket: S): Came
  close(thread: number, socket: S): Came
  abort(thread: number, socket: S): Came
  inUse(): number
}

/** Sockets that are there at once, and those that were closed and are still called. */
const MOST = 10
const MOST_GONE = 4

const WEIGHTS = {
  create: 6,
  listen: 3,
  connect: 8,
  accept: 8,
  send: 30,
  receive: 30,
  shutdown: 2,
  shutdownReceive: 2,
  close: 8,
  abort: 3,
} as const
type CallName = keyof typeof WEIGHTS
const DRAWN = Object.entries(WEIGHTS).flatMap(([name, weight]) => {
  return Array.from({ length: weight }, () => name as CallName)
})

/**
 * So many random calls, each of a random thread on a random socket, which may be closed already or
 * in any other state; and each comes to what it comes to with the reference. What was wrong, with
 * its seed, its call and those before, or undefined.
 */
export function callAtRandom<S>(
  compared: Compared<S>,
  calls: number,
  seed: number,
): string | undefined {
  const run = new RandomCalls(compared, new SimRandom(seed))
  const last: string[] = []
  for (let i = 0; i < calls; i++) {
    const { what, expected, came } = run.call()
    if (JSON.stringify(came) !== JSON.stringify(expected)) {
      const before = `after\n${last.slice(-12).join('\n')}`
      return `seed ${seed}, call ${i}: ${what}: ${expected} was expected, ${came} came, ${before}`
    }
    last.push(`${what}: ${came}`)
    if (last.length > 100) last.splice(0, 80)
  }
  const left = run.end()
  return left === 0 ? undefined : `seed ${seed}: ${left} sockets are left when all are closed`
}

interface Called {
  readonly what: string
  readonly expected: Came
  readonly came: Came
}

type Both<S> = readonly [real: S, ref: RefSocket]

class RandomCalls<S> {
  readonly #compared: Compared<S>
  readonly #random: SimRandom
  readonly #refs: RefSockets
  #here: Both<S>[] = []
  #gone: Both<S>[] = []
  #next = 0

  constructor(compared: Compared<S>, random: SimRandom) {
    this.#compared = compared
    this.#random = random
    this.#refs = new RefSockets(compared.kind)
  }

  /** Makes a call. */
  call(): Called {
    const name = DRAWN[this.#random.below(DRAWN.length)]!
    const thread = this.#random.below(this.#compared.threads)
    if (name === 'create' || this.#here.length === 0) return this.#create(thread)
    const both = this.#drawn()
    const [real, ref] = both
    const { state } = ref
    const [expected, came] = this.#made(name, thread, real, ref)
    if (ref.state === 'FREED' && state !== 'FREED') this.#leave(both)
    return { what: `${name} by thread ${thread} in ${state}`, expected, came }
  }

  /** Closes all, and says how many sockets are left then. */
  end(): number {
    for (const [real] of this.#here) this.#compared.close(0, real)
    return this.#compared.inUse()
  }

  #create(thread: number): Called {
    const isFull = this.#here.length >= MOST
    if (!isFull) this.#here.push([this.#compared.create(thread), this.#refs.create()])
    const what = isFull ? 'no more sockets' : `create by thread ${thread}`
    return { what, expected: 0, came: 0 }
  }

  #made(name: CallName, thread: number, real: S, ref: RefSocket): readonly [Came, Came] {
    const [compared, refs, random] = [this.#compared, this.#refs, this.#random]
    switch (name) {
      case 'listen': {
        const backlog = 1 + random.below(3)
        return [refs.listen(ref, backlog), compared.listen(thread, real, backlog)]
      }
      case 'connect': {
        const [listener, refListener] = this.#listener()
        return [refs.connect(ref, refListener), compared.connect(thread, real, listener)]
      }
      case 'accept':
        return this.#accepted(refs.accept(ref), compared.accept(thread, real))
      case 'send': {
        const bytes = Array.from({ length: 1 + random.below(9) }, () => this.#next++ & 255)
        return [refs.send(ref, bytes), compared.send(thread, real, bytes)]
      }
      case 'receive': {
        const most = 1 + random.below(12)
        return this.#received(ref, refs.receive(ref, most), compared.receive(thread, real, most))
      }
      default:
        return [refs[name as 'close'](ref), compared[name as 'close'](thread, real)]
    }
  }

  /** Where a receive may give fewer bytes than there are, the others are still to come. */
  #received(ref: RefSocket, expected: Came, came: Came): readonly [Came, Came] {
    const areBytes = typeof expected === 'object' && typeof came === 'object'
    if (!areBytes || !this.#compared.kind.receivesSome || came.length === 0)
      return [expected, came]
    ref.bytes.unshift(...expected.slice(came.length))
    return [expected.slice(0, came.length), came]
  }

  #accepted(
    ref: RefSocket | 'misuse' | undefined,
    real: S | 'misuse' | undefined,
  ): readonly [Came, Came] {
    if (typeof ref === 'object' && typeof real === 'object') this.#here.push([real as S, ref])
    return [
      typeof ref === 'object' ? 'accepted' : `${ref}`,
      typeof real === 'object' ? 'accepted' : `${real}`,
    ]
  }

  /** One that listens, mostly, if there is one. */
  #listener(): Both<S> {
    const listening = this.#here.filter(([, { state }]) => state === 'LISTENING')
    const isAny = listening.length === 0 || this.#random.below(10) === 0
    return isAny ? this.#drawn() : listening[this.#random.below(listening.length)]!
  }

  #drawn(): Both<S> {
    const isGone = this.#gone.length > 0 && this.#random.below(20) === 0
    const from = isGone ? this.#gone : this.#here
    return from[this.#random.below(from.length)]!
  }

  #leave(both: Both<S>): void {
    this.#here = this.#here.filter((one) => one !== both)
    this.#gone = [...this.#gone, both].slice(-MOST_GONE)
  }
}
