import {
  Arena,
  CACHE_LINE_BYTES,
  expectOptions,
  MAX_MEMORY_BYTES,
  type PlacedPart,
  PricedMemory,
} from '@smpnet/memory'
import { Lot } from '@smpnet/park'
import { Core } from './core.ts'
import { type Costs, costsOf } from './costs.ts'
import { Dispatcher } from './dispatcher.ts'
import { LineDirectory } from './line-directory.ts'
import { MemoryHomes } from './memory-homes.ts'
import { type Placement, placementOf } from './placement.ts'
import type { Profile } from './profiles/profile.ts'
import { profileOf } from './profiles.ts'
import { type Listener, SimCpu } from './sim-cpu.ts'
import { checkOptions, profileWith, type SimOptions, type SimProgress } from './sim-options.ts'
import { SharedCores } from './shared-cores.ts'
import { SimPricer } from './sim-pricer.ts'
import { SimRandom } from './sim-random.ts'
import {
  cpuUse,
  type Ending,
  inOrder,
  lineUse,
  type SimReport,
  type SimResult,
  type SimUsage,
} from './sim-result.ts'
import { eventsOf, SimStatistics } from './sim-statistics.ts'
import { SimWaker } from './sim-waker.ts'
import { Turns } from './turns.ts'
import { WorkPrices } from './work-prices.ts'
import { CpuBlocks } from '../cpu-block.ts'
import { RENDEZVOUS } from '../rendezvous.ts'
import { SimInterrupts } from './sim-interrupts.ts'

/** The CPUs start within so many ns of each other, as those of a real machine do at best. */
const START_SPREAD_NS = 1_000
/** Turns without any progress of time after which the program is taken to loop for ever. */
const MOST_TURNS_AT_ONE_CYCLE = 1_000_000

/**
 * A machine whose CPUs are simulated in one isolate, in virtual time. Same options, same result,
 * on every host: the machine knows no clock and no chance but its seed.
 *
 * It is a discrete-event simulation, in cycles. `Turns` says which CPU acts next and how far it may
 * run ahead; the `Dispatcher` does what a CPU does with its turn; every access to the
 * `PricedMemory` goes to the `SimPricer`, which adds to the clock of the CPU that runs by what the
 * `LineDirectory` knows of the line. `SimWaker` and `SimInterrupts` are how CPUs act on each other,
 * by words in that memory and by what they add to each other's events.
 *
 * Nothing here runs at the same time as anything else, so that there are no locks: code of the
 * program runs within `run`, on the CPU that has the turn, and what it throws comes out of `run`.
 */
export class SimMachine<Args = unknown> implements Listener {
  readonly profile: Profile
  readonly memory: PricedMemory
  readonly statistics = new SimStatistics()
  readonly #options: SimOptions<Args>
  readonly #costs: Costs
  readonly #placement: Placement
  #placed: readonly PlacedPart[] = []
  readonly #pricer: SimPricer
  readonly #turns: Turns
  readonly #dispatcher: Dispatcher
  readonly #reports: SimReport[] = []
  #failure: { readonly error: unknown } | undefined
  #ending: Ending | undefined
  #turnsAtOneCycle = 0
  #lastCycle = -1

  /**
   * Sets the machine up and boots its CPUs. Throws a RangeError for options that cannot be, and
   * whatever `setup` and `boot` throw.
   */
  constructor(options: SimOptions<Args>) {
    if (options === undefined)
      throw new TypeError('a simulated machine is told options: none came')
    expectOptions('a simulated machine', options)
    this.#options = options
    const profile = profileOf(options.profile)
    checkOptions(options, profile)
    this.profile = profileWith(profile, options)
    const { cpus, memoryBytes, untilNs, workNs, settlesAlways = false } = options
    this.#costs = costsOf(this.profile)
    const lines = linesIn(memoryBytes)
    this.#placement = placementOf(this.profile, cpus, options.on)
    const homes = new MemoryHomes(this.#placement, options.memoryHome)
    const directory = new LineDirectory(this.#costs, this.#placement, lines, homes)
    const prices = new WorkPrices(this.profile, workNs)
    const shared = new SharedCores(this.#placement, this.#costs.siblingSlowdown)
    this.#pricer = new SimPricer(this.#costs, directory, prices, shared)
    this.memory = new PricedMemory(memoryBytes, this.#pricer)
    const cores = Array.from({ length: cpus }, (_, id) => new Core(id, this.#costs.tickCycles))
    const until = Math.floor((untilNs ?? Number.POSITIVE_INFINITY) * this.#costs.cyclesPerNs)
    this.#turns = new Turns(cores, this.#pricer, until, settlesAlways)
    this.#dispatcher = this.#boot()
  }

  /**
   * Runs at most `turns` turns, and says why the simulation is over, or undefined when it is not.
   * Throws what code on a CPU throws, or told the machine by `fail`.
   */
  run(turns: number): Ending | undefined {
    for (let left = turns; left > 0 && this.#ending === undefined; left--) {
      const at = this.#turns.nextAt()
      if (at === Infinity) this.#ending = 'quiet'
      else if (at > this.#turns.untilCycles) this.#ending = 'time'
      else this.#turn(at)
    }
    return this.#ending
  }

  /** Ends the simulation where it is. */
  stop(): void {
    this.#ending ??= 'stopped'
  }

  progress(): SimProgress {
    const at = Math.min(this.#turns.nextAt(), this.#turns.untilCycles)
    const cycles = at === Infinity ? this.#lastClock() : at
    return { virtualNs: this.#ns(cycles), events: eventsOf(this.statistics) }
  }

  /** What has come out, so far. */
  result(): SimResult {
    const end = this.#endCycles()
    return {
      profile: this.profile.name,
      seed: this.#options.seed,
      ending: this.#ending ?? 'stopped',
      virtualNs: this.#ns(end),
      virtualCycles: end,
      events: eventsOf(this.statistics),
      reports: inOrder(this.#reports),
      ...this.usage(),
    }
  }

  /** Of what has come out so far, what was counted; it may be asked for often. */
  usage(): SimUsage {
    const { cores } = this.#turns
    const end = this.#endCycles()
    for (const { id } of cores) {
      if (this.#pricer.dozers.dozes[id] === 1) this.#pricer.passLooks(id, end)
    }
    return {
      cpus: cores.map((core) => cpuUse(core, this.#pricer, end)),
      lines: lineUse(this.#pricer, this.#placed),
      statistics: { ...this.statistics },
    }
  }

  report(cpu: number, value: unknown): void {
    const report = { cpu, atNs: this.#ns(this.#pricer.clock[cpu]!), value }
    this.#reports.push(report)
    this.#options.onReport?.(report)
  }

  fail(_cpu: number, error: unknown): void {
    this.#failure ??= { error }
  }

  #turn(at: number): void {
    this.#dispatcher.turn(this.#turns.next(), at)
    if (this.#failure !== undefined) throw this.#failure.error
    if (at !== this.#lastCycle) {
      this.#lastCycle = at
      this.#turnsAtOneCycle = 0
    } else if (++this.#turnsAtOneCycle > MOST_TURNS_AT_ONE_CYCLE) {
      throw new Error(
        `virtual time stands at ${this.#ns(at)} ns: CPU ${this.#pricer.cpu} is busy and ` +
          'does nothing that takes time',
      )
    }
  }

  /** Places what CPUs share, boots each, and then begins time as if nothing had been billed. */
  #boot(): Dispatcher {
    const { memory, statistics } = this
    const { cpus, seed, boot, setup, args, lot: shape } = this.#options
    const random = new SimRandom(seed)
    const arena = Arena.create(memory)
    this.#placed = arena.placed
    const blocks = new CpuBlocks(arena.place('cpu blocks', CpuBlocks.bytes(cpus)), cpus)
    const interrupts = new SimInterrupts(memory, blocks, this.#turns, statistics)
    const waker = new SimWaker(memory, interrupts)
    const meetings = arena.place('rendezvous', RENDEZVOUS.size)
    const lot = Lot.place(arena, { ...shape, cpus })
    const shared = setup === undefined ? (args as Args) : setup({ memory, arena, lot, random })
    for (const core of this.#turns.cores) {
      this.#pricer.cpu = core.id
      const ownLot = new Lot(memory, lot, waker, core.id)
      const cpu = new SimCpu(
        memory,
        ownLot,
        core,
        this.#turns,
        interrupts,
        meetings,
        this,
        this.#placement,
        this.profile.waking.watchNs.value,
      )
      this.#pricer.dozers.setMail(core.id, blocks.of(core.id) >> LINE_SHIFT)
      core.executive = boot(cpu, shared)
    }
    this.#begin(random)
    return new Dispatcher(this.#turns, waker, statistics)
  }

  #begin(random: SimRandom): void {
    const { tickCycles, cyclesPerNs } = this.#costs
    const starts = new Float64Array(this.#turns.cores.length)
    for (const core of this.#turns.cores) {
      const start = random.below(Math.ceil(START_SPREAD_NS * cyclesPerNs))
      starts[core.id] = start
      core.idleCycles = start
      if (tickCycles !== Infinity) core.tickAt = start + 1 + random.below(tickCycles)
    }
    this.#pricer.restart(starts)
    this.#turns.begin()
  }

  #endCycles(): number {
    if (this.#ending === 'time') return this.#turns.untilCycles
    const at = this.#turns.nextAt()
    return at === Infinity || this.#ending === 'quiet' ? this.#lastClock() : at
  }

  #lastClock(): number {
    return this.#pricer.clock.reduce((last, cycle) => Math.max(last, cycle), 0)
  }

  #ns(cycles: number): number {
    return Math.floor(cycles / this.#costs.cyclesPerNs)
  }
}

/** log2 of the bytes per line. */
const LINE_SHIFT = Math.log2(CACHE_LINE_BYTES)

/** The directory is made before the memory, which then says which sizes cannot be. */
function linesIn(memoryBytes: number): number {
  return Math.ceil(Math.min(MAX_MEMORY_BYTES, Math.max(0, memoryBytes)) / CACHE_LINE_BYTES)
}
