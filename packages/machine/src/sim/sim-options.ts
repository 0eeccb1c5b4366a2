import type { Arena, Memory } from '@smpnet/memory'
import type { LotHandle, LotShape } from '@smpnet/park'
import type { Boot } from '../cpu.ts'
import { mostCpus } from './check-profile.ts'
import type { Figure, Profile } from './profiles/profile.ts'
import { checkSeed, type SimRandom } from './sim-random.ts'
import type { SimReport } from './sim-result.ts'

/** What is there before any CPU boots, to place what they will share. */
export interface SimSetup {
  readonly memory: Memory
  readonly arena: Arena
  readonly lot: LotHandle
  /** The machine's chance; a setup that uses it still gives the same machine for a seed. */
  readonly random: SimRandom
}

export interface SimOptions<Args = unknown> {
  /** A name among `profiles`, or a profile of one's own. */
  readonly profile: string | Profile
  /** From 1 to what the profile has. */
  readonly cpus: number
  /**
   * The hardware threads of the machine that the CPUs are, CPU 0 the first of them, as many as
   * `cpus`: cores are numbered first, socket by socket, and then the second threads. The first
   * `cpus` unless told.
   */
  readonly on?: readonly number[]
  /** From 0 to 2^32 - 1: staggers the start and the ticks of the CPUs. */
  readonly seed: number
  /** A whole number of cache lines. */
  readonly memoryBytes: number
  readonly lot?: Omit<LotShape, 'cpus'>
  /** Called for each CPU, in order, before time begins: what it does costs nothing. */
  readonly boot: Boot<Args>
  /** Makes what `boot` is given, once. Instead of `args`. */
  readonly setup?: (place: SimSetup) => Args
  readonly args?: Args
  /** Prices of named work, in ns for one unit, besides or instead of the profile's. */
  readonly workNs?: Readonly<Record<string, number>>
  /**
   * Timer interrupts per second on a CPU that is not idle, FreeBSD's kern.hz, or 0 for none: the
   * profile's unless told.
   */
  readonly hz?: number
  /** How long an idle CPU watches before it sleeps, in ns: the profile's unless told. */
  readonly idleSpinNs?: number
  /** The socket whose memory all is in. Unless told, pages are spread over those in use. */
  readonly memoryHome?: number
  /** Virtual time ends here; else when nothing can happen any more. */
  readonly untilNs?: number
  /** Told of each report when it is made; of different CPUs perhaps not in the order of time. */
  readonly onReport?: (report: SimReport) => void
  /** Asked now and then; the machine stops when it says true. */
  readonly shouldStop?: (progress: SimProgress) => boolean
  /** Runs no CPU ahead of any other. Same result, slower: to check the machine itself. */
  readonly settlesAlways?: boolean
}

/** How far a simulation has come. */
export interface SimProgress {
  readonly virtualNs: number
  readonly events: number
}

/** Throws a RangeError that says what was expected and what came. */
export function checkOptions<Args>(options: SimOptions<Args>, profile: Profile): void {
  const { cpus, seed, untilNs = 1 } = options
  const most = mostCpus(profile)
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > most) {
    throw new RangeError(
      `a machine of profile ${profile.name} has 1 to ${most} CPUs: ${cpus} came`,
    )
  }
  checkSeed(seed)
  checkNumber('hz', options.hz)
  checkNumber('idleSpinNs', options.idleSpinNs)
  const { memoryHome: home = 0 } = options
  const { sockets } = profile.topology
  if (!Number.isInteger(home) || home < 0 || home >= sockets) {
    throw new RangeError(
      `memoryHome is a socket of ${profile.name}, 0 to ${sockets - 1}: ${home} came`,
    )
  }
  if (!(untilNs > 0)) {
    throw new RangeError(`virtual time ends after a number of ns above 0: ${untilNs} came`)
  }
  if (options.setup !== undefined && options.args !== undefined) {
    throw new TypeError('a machine is given setup or args: both came')
  }
}

function checkNumber(name: string, value = 0): void {
  if (Number.isFinite(value) && value >= 0) return
  throw new RangeError(`${name} is a number, not below 0: ${value} came`)
}

/** The profile with the figures that options put in the place of its own. */
export function profileWith<Args>(profile: Profile, options: SimOptions<Args>): Profile {
  const { hz, idleSpinNs } = options
  const { waking, tickHz } = profile
  const told = (value: number): Figure => ({ value, basis: 'assumed', source: 'an option' })
  return {
    ...profile,
    tickHz: hz === undefined ? tickHz : told(hz),
    waking: idleSpinNs === undefined ? waking : { ...waking, idleSpinNs: told(idleSpinNs) },
  }
}
