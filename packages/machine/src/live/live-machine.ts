import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Arena, came, expectFunction, expectOptions, LiveMemory } from '@smpnet/memory'
import { Lot, type LotShape, SPIN, type Waiting, WOKEN } from '@smpnet/park'
import { attachLive, type Attached } from './attach.ts'
import {
  hasHeard,
  type LiveHandle,
  mailboxes,
  markBuried,
  markDead,
  placeMachine,
  stirAll,
  tellOfOrphans,
  tellToStop,
} from './machine-block.ts'
import type { WorkerData, WorkerMessage } from './worker.ts'
import { workerUrl } from './worker-url.ts'

/** The most CPUs of a live machine. More than the host has cores are allowed, and slow. */
export const MAX_LIVE_CPUS = 64

/** How long a CPU may take to stop by itself before its worker is terminated. */
const GRACE_MS = 500

/**
 * How often a burial may look again, and after how many looks it lets others go on for a
 * millisecond: each waiter that sleeps takes some, and a queue that stays locked all of them.
 */
const MOST_SPINS = 2_000_000
const SPINS_PER_NAP = 1_000

/** How long a boot module may take to be loaded and to return, unless told. */
const BOOT_MS = 10_000

/** What is shared, while it is being set up and before any CPU runs. */
export interface Shared {
  readonly memory: LiveMemory
  readonly arena: Arena
  readonly lot: Lot
}

export interface LiveOptions<Args> {
  /** CPUs, each a worker thread: 1 to `MAX_LIVE_CPUS`. */
  readonly cpus: number
  /** Bytes of the SharedArrayBuffer; 16 MiB unless told. */
  readonly memoryBytes?: number
  readonly lot?: Omit<LotShape, 'cpus'>
  /** The module whose default export, a `Boot`, sets each CPU up, in its worker. */
  readonly boot: URL
  /** Places what the CPUs share and returns the arguments of `boot`; they must be cloneable. */
  readonly setup?: (shared: Shared) => Args
  /** Receives what CPUs report, which may come before the promise of the machine is resolved. */
  readonly onReport?: (cpu: number, value: unknown) => void
  /** Whether the workers serve an event loop too; then they never block. False unless told. */
  readonly eventLoop?: boolean
  /**
   * Whether an idle CPU spins before it sleeps, for as long as that has paid; as a number, it does
   * if this process has more cores than that. 1 unless told: on one core, those that it would wait
   * for cannot run. A machine that shares its cores with others' work may rather not.
   */
  readonly spins?: boolean | number
  /**
   * Hears of a CPU that has died, or whose code has failed, after its waiters were taken out of
   * their queues and its mutexes marked as abandoned: then the others go on, and when there are
   * none the machine stops. Unless told, the machine stops, once that is done.
   */
  readonly onDeath?: (failed: CpuFailed) => void
  /**
   * The core that each CPU's thread is bound to, by its number: see `coresHere`. Unless told, the
   * operating system chooses, and may put two CPUs on one core though another is idle.
   */
  readonly on?: readonly number[]
  /** How long a CPU may take to start, in milliseconds; 10,000 unless told. */
  readonly bootMs?: number
  /**
   * The module that each worker runs: `live-worker.js` of this package's `dist`, which is beside
   * the module that this code is in. In a bundle it is not: tell where you have put it.
   */
  readonly worker?: URL
}

/** A CPU could not be set up, or something on it ended with an error and nobody was told. */
export class CpuFailed extends Error {
  override name = 'CpuFailed'
  constructor(
    readonly cpu: number,
    why: string,
    cause: unknown,
  ) {
    super(`CPU ${cpu} ${why}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/**
 * Starts a machine on worker threads; resolves when every CPU runs. Throws a RangeError for bad
 * figures, OutOfMemory, and CpuFailed, with all workers stopped, when a CPU cannot be set up.
 */
export function startLive<Args>(options: LiveOptions<Args>): Promise<LiveMachine> {
  return LiveMachine.start(options)
}

/**
 * A running live machine, as the thread that started it sees it.
 *
 * It is a SharedArrayBuffer and a worker for each CPU. The thread that starts it places in Memory
 * what CPUs share (the lot, the words of `MACHINE`, a block for each CPU), lets `setup` place what
 * the program needs, and only then starts the workers: each loads the boot module and runs a
 * `LiveCpu` over the executive that comes of it. From then on the CPUs get on by themselves,
 * through Memory. What comes back by messages is what only an event loop can hear: reports and
 * failures.
 *
 * This thread is the undertaker too. A CPU that throws, exits or is terminated is marked as dead,
 * so that nobody waits for it in a rendezvous, and its waiters are buried: taken from their queues,
 * its mutexes found abandoned. Then the machine goes on if it has an `onDeath` and another CPU, or
 * stops.
 *
 * All of it runs on the event loop of the thread that started the machine, and takes no lock but
 * those of the lot's queues, for a burial.
 */
export class LiveMachine {
  readonly #workers: Worker[] = []
  readonly #ended: Promise<void>
  #stopped: Promise<void>
  #stopping = false
  #isAdopting = false
  /** CPUs that have not died. */
  #alive: number
  #resolve!: () => void
  #reject!: (error: CpuFailed) => void

  private constructor(
    /** What another thread needs to attach to this machine; it can be cloned and posted. */
    readonly handle: LiveHandle,
    /** The machine as this thread, attached from the start, uses it. */
    readonly here: Attached,
    readonly onReport: LiveOptions<unknown>['onReport'],
    readonly onDeath: LiveOptions<unknown>['onDeath'],
  ) {
    this.#alive = handle.cpus
    this.#ended = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#ended.catch(() => {})
    this.#stopped = this.#ended
  }

  /**
   * Resolves when the machine has stopped. A CPU that fails stops it: then rejects, CpuFailed,
   * which is an unhandled rejection, and not silence, when nobody listens.
   */
  get stopped(): Promise<void> {
    return this.#stopped
  }

  /** See `startLive`. */
  static async start<Args>(options: LiveOptions<Args>): Promise<LiveMachine> {
    checkOptions(options)
    const worker = workerUrl(options.worker)
    const handle = placeAll(options)
    const here = attachLive(handle)
    const arena = Arena.open(here.memory)
    const args = options.setup?.({ memory: here.memory, arena, lot: here.lot })
    const machine = new LiveMachine(handle, here, options.onReport, options.onDeath)
    try {
      const { boot, bootMs = BOOT_MS, eventLoop = false, spins: when = 1, on } = options
      const spins = typeof when === 'number' ? availableParallelism() > when : when
      const data = { boot: boot.href, args, eventLoop, spins, on }
      await machine.#boot(data, bootMs, worker)
    } catch (error) {
      await machine.stop()
      throw error
    }
    // From here on somebody has the machine, and can listen.
    machine.#stopped = machine.#ended.then(() => {})
    return machine
  }

  /**
   * Stops every CPU at its next switch, whatever its threads do, and ends the workers; those that
   * do not end by themselves within half a second are terminated. Can be called more than once.
   */
  async stop(): Promise<void> {
    this.#stopping = true
    tellToStop(this.here.memory, this.handle, mailboxes(this.here.memory, this.handle))
    await Promise.all(this.#workers.map(endWorker))
    this.#resolve()
  }

  /**
   * From now on the machine alone does not keep this process: it ends, and its CPUs with it, when
   * there is nothing else to do.
   */
  unref(): void {
    for (const worker of this.#workers) worker.unref()
  }

  /**
   * Has every CPU wake those of its threads that the attached thread of that number, which has
   * ended, had taken from their queues and not woken. For an undertaker on this thread, after the
   * burial in the lot and before others have that number. Ends when all CPUs have, at their next
   * switch, or the machine stops. Never parks.
   */
  *adoptFrom(thread: number): Waiting {
    const { memory, hasStopped } = this.here
    while (this.#isAdopting) yield SPIN
    this.#isAdopting = true
    try {
      tellOfOrphans(memory, this.handle, mailboxes(memory, this.handle), thread)
      for (let cpu = 0; cpu < this.handle.cpus; cpu++) {
        while (!hasStopped() && !hasHeard(memory, this.handle, cpu)) yield SPIN
      }
    } finally {
      this.#isAdopting = false
    }
  }

  /** Posts a value that can be cloned to every CPU, whose code takes it by `Cpu.messages`. */
  post(value: unknown): void {
    for (const worker of this.#workers) worker.postMessage(value)
  }

  async #boot(data: Omit<WorkerData, 'id' | 'handle'>, bootMs: number, url: URL): Promise<void> {
    const ids = Array.from({ length: this.handle.cpus }, (_, id) => id)
    const { handle } = this
    await Promise.all(ids.map((id) => this.#startCpu({ ...data, id, handle }, bootMs, url)))
  }

  /** Resolves when the CPU runs; whatever goes wrong with it, then or later, ends here. */
  async #startCpu(workerData: WorkerData, bootMs: number, url: URL): Promise<void> {
    const worker = new Worker(url, { workerData })
    this.#workers.push(worker)
    let booted = false
    let hasFailed = false
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => fail(`it was not set up within ${bootMs} ms`), bootMs)
      const fail = (cause: unknown): void => {
        if (hasFailed) return
        hasFailed = true
        clearTimeout(late)
        const failed = new CpuFailed(workerData.id, booted ? 'failed' : 'did not start', cause)
        reject(failed)
        void this.#fail(failed, booted)
      }
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'report') return this.onReport?.(workerData.id, message.value)
        if (message.kind === 'failed') return fail(message.error)
        booted = true
        clearTimeout(late)
        resolve()
      })
      worker.on('error', fail)
      worker.on('exit', (code) => {
        clearTimeout(late)
        if (!this.#stopping) fail(`its worker ended with exit code ${code}`)
      })
    })
  }

  async #fail(failed: CpuFailed, hadBooted: boolean): Promise<void> {
    const mayGoOn = this.onDeath !== undefined && hadBooted && !this.#stopping
    if (!mayGoOn) this.#reject(failed)
    if (this.#stopping) return
    markDead(this.here.memory, this.handle, failed.cpu)
    if ((await buried(this.here.lot, failed.cpu)) && mayGoOn) {
      markBuried(this.here.memory, this.handle, failed.cpu)
      // The others adopt what the dead had begun, if their executives do so.
      stirAll(mailboxes(this.here.memory, this.handle))
      this.onDeath?.(failed)
      if (--this.#alive > 0) return
    }
    this.#reject(failed)
    await this.stop()
  }
}

/**
 * Buries the waiters of a CPU that runs no more; false if it ended while it held a queue of the
 * lot, which stays locked.
 */
async function buried(lot: Lot, cpu: number): Promise<boolean> {
  const burial = lot.bury(cpu)
  for (let spins = 0; spins < MOST_SPINS; ) {
    const step = burial.next(WOKEN)
    if (step.done) return true
    if (step.value !== SPIN || ++spins % SPINS_PER_NAP !== 0) continue
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return false
}

function placeAll<Args>(options: LiveOptions<Args>): LiveHandle {
  const { cpus, memoryBytes = 16 << 20, lot, boot } = options
  checkBoot(boot)
  checkCpus(cpus)
  checkBootMs(options.bootMs ?? BOOT_MS)
  if (options.on !== undefined) checkCores(options.on, cpus)
  const memory = LiveMemory.create(memoryBytes)
  const arena = Arena.create(memory)
  const named = { cpus, lot: Lot.place(arena, { ...lot, cpus }) }
  return {
    ...named,
    buffer: memory.buffer,
    at: placeMachine(memory, arena, named),
    originNs: Number(process.hrtime.bigint()),
  }
}

async function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const timer = setTimeout(() => void worker.terminate(), GRACE_MS)
  worker.ref()
  await ended
  clearTimeout(timer)
}

/** Throws a TypeError for what is no options, and for functions in them that are none. */
function checkOptions<Args>(options: LiveOptions<Args>): void {
  if (options === undefined)
    throw new TypeError('a live machine is told cpus and boot: nothing came')
  expectOptions('a live machine', options)
  for (const name of ['setup', 'onReport', 'onDeath'] as const) {
    if (options[name] !== undefined) expectFunction(`${name} of a live machine`, options[name])
  }
}

function checkBoot(boot: unknown): void {
  if (boot instanceof URL) return
  throw new TypeError(
    `boot is the URL of a module, such as new URL('./boot.mjs', import.meta.url): ` +
      `${came(boot)} came`,
  )
}

function checkBootMs(bootMs: number): void {
  if (typeof bootMs === 'number' && bootMs > 0 && bootMs < 2 ** 31) return
  throw new RangeError(`bootMs is a number of ms, above 0 and below 2^31: ${came(bootMs)} came`)
}

function checkCores(on: readonly number[], cpus: number): void {
  const isList = Array.isArray(on) && on.length === cpus
  if (isList && on.every((core) => Number.isInteger(core) && core >= 0)) return
  throw new RangeError(`on is a list of ${cpus} cores, one for each CPU: ${came(on)} came`)
}

function checkCpus(cpus: number): void {
  if (Number.isInteger(cpus) && cpus >= 1 && cpus <= MAX_LIVE_CPUS) return
  throw new RangeError(`a live machine has 1 to ${MAX_LIVE_CPUS} CPUs: ${came(cpus)} came`)
}
