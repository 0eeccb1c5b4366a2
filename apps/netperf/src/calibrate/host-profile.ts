import os from 'node:os'
import { assumed, type CodePrices, type Figure, type Profile, profiles } from '@smpnet/machine/sim'
import type { HostFigures } from './host-task.ts'

/** The modern machine of which most is known: what is not measured here is as there. */
const LIKE = 'xeon-8176'
const COPIED_LINE_BYTES = 64
/** A timer and an interrupt of a live machine are calls of a function. */
const CALL = assumed(300, 'a call of a function when its CPU looks')

/** Cycles of this machine are as fine as that, in MHz: no figure is rounded that was measured. */
const CLOCK_MHZ = 10_000

/** Says where a figure comes from. */
type Teller = (ns: number, of: string) => Figure

/**
 * What a host's threads and memory cost, as a profile whose composite work costs nothing yet. One
 * distance lies between all threads, since JavaScript cannot say on which core one runs.
 */
export function hostProfile(figures: HostFigures, cores = os.availableParallelism()): Profile {
  const like = profiles.get(LIKE)!
  const source = hostSource()
  const told: Teller = (ns, of) => {
    return { value: Number(ns.toPrecision(3)), basis: 'measured', source: `${of}, ${source}` }
  }
  const model = os.cpus()[0]?.model.trim() ?? 'unknown CPU'
  return {
    ...like,
    name: 'this-host',
    title: `${model}, ${cores} cores, Node ${process.version}`,
    topology: {
      socketsPerBoard: 1,
      sockets: 1,
      domainsPerSocket: 1,
      coresPerDomain: cores,
      threadsPerCore: 1,
    },
    clockMhz: assumed(CLOCK_MHZ, 'its cycles are tenths of a ns, finer than what is measured'),
    tickHz: assumed(0, 'nothing interrupts a real thread'),
    lines: linesOf(figures, cores, told),
    copying: copyingOf(figures, told),
    code: codeOf(figures, told),
    waking: {
      ipiDeliveryNs: assumed(0, 'a doorbell is a word'),
      idleSpinNs: assumed(50_000, 'a live CPU spins as long as that has paid', [5_000, 200_000]),
      watchNs: assumed(50_000, 'and so does a live thread', [5_000, 200_000]),
    },
    chipWork: [],
    workNs: { ...like.workNs, ...workOf(figures, told) },
    checks: {},
  }
}

function linesOf(figures: HostFigures, cores: number, told: Teller): Profile['lines'] {
  const { lines } = profiles.get(LIKE)!
  const { casNs, blindNs, transferNs } = swapsOf(figures)
  const loadedNs = Math.max(figures.loadAndSwap.ns, blindNs)
  const share = Math.min(1, Math.max(0.05, (figures.contended.ns - casNs) / transferNs))
  const shareOf = `${figures.contended.ns.toFixed(1)} ns for an addition of two threads`
  const isOne = cores < 2
  return {
    ...lines,
    readNs: told(figures.read.ns, 'a plain read of a word of one’s own'),
    writeNs: told(figures.write.ns, 'a plain write of a word of one’s own'),
    casNs: told(casNs, 'a compare-and-swap of a word of one’s own'),
    memoryNs: told(figures.memory.ns, 'one load after the other from 32 MB'),
    blindCasNs: isOne ? {} : { domain: told(blindNs, 'a swap of what another thread wrote') },
    loadAndCasNs: isOne ? {} : { domain: told(loadedNs, 'the same with a load before it') },
    homeNs: {},
    queue: {
      ...lines.queue,
      answerShare: told(share, shareOf),
      holdAloneNs: told(casNs, 'one swap'),
    },
  }
}

/** A swap of another thread's word is not cheaper than one of one's own. */
function swapsOf({ swap, blindSwap }: HostFigures) {
  const blindNs = Math.max(blindSwap.ns, swap.ns)
  return { casNs: swap.ns, blindNs, transferNs: Math.max(1, blindNs - swap.ns) }
}

/** Atomic loads and stores are calls of the engine; the code around them is not known yet. */
function codeOf({ read, load, write, store }: HostFigures, told: Teller): CodePrices {
  return {
    atomicLoadNs: told(Math.max(0, load.ns - read.ns), 'Atomics.load, less a plain read'),
    atomicStoreNs: told(Math.max(0, store.ns - write.ns), 'Atomics.store, less a plain write'),
  }
}

function copyingOf(figures: HostFigures, told: Teller): Profile['copying'] {
  const { transferNs } = swapsOf(figures)
  const ownLineNs = COPIED_LINE_BYTES * figures.copy.ns
  const foreignLineNs = Math.max(1, figures.foreignCopy.ns - ownLineNs)
  const inFlight = Math.min(64, Math.max(1, transferNs / foreignLineNs))
  return {
    bytesPerCycle: told(1000 / (figures.copy.ns * CLOCK_MHZ), '16 kB in a cache'),
    linesInFlight: told(inFlight, '16 kB that another thread wrote'),
  }
}

function workOf(figures: HostFigures, told: Teller): Profile['workNs'] {
  const nothing = told(0, 'not measured yet')
  return {
    'clock-read': told(figures.clock.ns, 'performance.now'),
    'spin-turn': told(figures.pause.ns, 'the first pause of a spin'),
    'ipi-send': told(figures.notify.ns, 'Atomics.notify of nobody'),
    'ipi-handle': CALL,
    interrupt: CALL,
    alarm: CALL,
    tick: assumed(0, 'there is none'),
    'idle-exit': told(figures.wake.ns, 'from Atomics.notify to the thread that waits'),
    'context-switch': nothing,
    park: nothing,
    'socket-send': nothing,
    'socket-receive': nothing,
  }
}

/** The profile with what some named work was found to take. */
export function withWork(profile: Profile, found: Readonly<Record<string, number>>): Profile {
  const figures = Object.entries(found).map(([name, ns]): [string, Figure] => {
    return [name, missing(ns, `${name} is all that is done`)]
  })
  return { ...profile, workNs: { ...profile.workNs, ...Object.fromEntries(figures) } }
}

/** The profile with what the code around each access was found to take. */
export function withAccess(profile: Profile, ns: number): Profile {
  const accessNs = missing(ns, 'words are accessed, of a table and of a semaphore, by each access')
  return { ...profile, code: { ...profile.code, accessNs } }
}

function missing(ns: number, where: string): Figure {
  const value = Number(Math.max(0, ns).toPrecision(3))
  return { value, basis: 'measured', source: `what is missing where ${where}, ${hostSource()}` }
}

function hostSource(): string {
  return `Node ${process.version} on this host`
}
