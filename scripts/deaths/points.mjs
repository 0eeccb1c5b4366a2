import { Worker } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { bury, invite, SyncDomain } from '@smpnet/sync'
import { buried } from './bury.mjs'
import { differences, freeOf, freeOfSockets } from './counts.mjs'
import { LOCK_POINTS } from './lock-points.mjs'
import { SOCKET_POINTS, SOCKET_SHAPE } from './socket-points.mjs'
import { ended, inShort, sleep, within } from './waits.mjs'

const FILE = new URL('point-worker.mjs', import.meta.url)
const STUCK_MS = 10_000
/** How long a victim has before the supervisor lets go of what it holds. */
const HOLDS_MS = 25
const DOMAIN = { bytes: 1 << 18, threads: 8, waiters: 64 }
/** Workers that have been started ahead, since that takes longer than a point. */
const AHEAD = 3
/** No operation here makes as many changes: it would never end. */
const MOST_CHANGES = 500
const MOST_FAULTS = 3

function quiet() {}

/**
 * Lets a worker end behind the first change of shared memory that an operation makes, behind the
 * second, and so on; after each it is buried, and all others must go on. Resolves to
 * `{ points, faults }`.
 *
 * @param {{ seed?: number, only?: string, monitor?: import('./monitor.mjs').Monitor,
 *   fault?: string, says?: (line: string) => void }} options
 */
export async function allPoints({ only = '', monitor, fault, says = quiet }) {
  const workers = Array.from({ length: AHEAD }, startWorker)
  const faults = []
  let points = 0
  for (const scenario of [...LOCK_POINTS, ...SOCKET_POINTS]) {
    if (!scenario.name.includes(only)) continue
    monitor?.says(scenario.name)
    const tally = { points: 0, excused: 0, faults: new Map() }
    for (let changes = 1; changes < MOST_CHANGES; changes++) {
      workers.push(startWorker())
      const outcome = await endsAt(scenario, changes, workers.shift(), fault)
      if (outcome === undefined) break
      tally.points++
      if (outcome === 'excused') tally.excused++
      else if (outcome !== 'right') note(tally.faults, outcome, changes)
      // More of them would say nothing new, and each takes as long as somebody is waited for.
      if (sumOf(tally.faults) === MOST_FAULTS) break
    }
    points += tally.points
    says(shown(scenario, tally))
    for (const [what, at] of tally.faults) faults.push(`${scenario.name}, after ${at}: ${what}`)
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
  return { points, faults }
}

/** One death; undefined when the operation has come to its end before. */
async function endsAt(scenario, changes, worker, fault) {
  const world = (SOCKET_POINTS.includes(scenario) ? socketWorld : lockWorld)(scenario)
  const { guest, handles, bury } = world
  const waits = scenario.beforeItComes?.(world.locks) ?? []
  if (waits.length > 0) await sleep(5)
  const begins = new Int32Array(new SharedArrayBuffer(4))
  const hasEnded = ended(worker)
  worker.postMessage({ name: scenario.name, guest: guest.handle, handles, changes, begins })
  const first = await message(worker)
  if (first !== 'ready') return wrongEnd(worker, first)
  const letsGo = scenario.begins?.(world.locks)
  if (!SOCKET_POINTS.includes(scenario)) waits.push(...(scenario.waits?.(world.locks) ?? []))
  else waits.push(...scenario.waits(world.here, world.domain))
  for (const wait of waits) wait.catch(() => {})
  await sleep(3)
  Atomics.store(begins, 0, 1)
  Atomics.notify(begins, 0)
  // It cannot while the dead hold the queue, and says so: then it does when they are buried.
  const freed = letsGo && sleep(HOLDS_MS).then(() => buried(letsGo))
  freed?.catch(() => {})
  const told = await within(Promise.race([hasEnded.then(() => 'died'), message(worker)]), STUCK_MS)
  if (told !== 'died') return wrongEnd(worker, told === 'done' ? undefined : (told ?? 'hangs'))
  return survives(scenario, world, waits, freed, bury, fault)
}

async function survives(scenario, world, waits, freed, bury, fault) {
  try {
    if (fault !== 'nobody buries') bury()
    await freed
    if (scenario.excuses?.(world.locks)) return 'excused'
    const early = Promise.all(waits).then(() => true)
    early.catch(() => {})
    if (scenario.mends !== undefined) {
      await within(early, 50, false)
      await scenario.mends(world.locks)
    }
    const stuckMs = fault === undefined ? STUCK_MS : 300
    if (!(await within(early, stuckMs, false))) return 'somebody that lives sleeps for ever'
    const then = Promise.resolve(world.then()).then(() => true)
    if (!(await within(then, STUCK_MS, false))) return 'a thread that comes later sleeps for ever'
    return world.isWhole().join(', ') || 'right'
  } catch (error) {
    return inShort(error)
  }
}

function lockWorld({ locks: kinds, then }) {
  const domain = SyncDomain.create({ ...DOMAIN, buffer: new SharedArrayBuffer(1 << 19) })
  const locks = Object.fromEntries(
    Object.entries(kinds).map(([key, [Kind, options = {}]]) => [
      key,
      Kind.create(domain, options),
    ]),
  )
  const handles = Object.fromEntries(
    Object.entries(locks).map(([key, { handle }]) => [key, handle]),
  )
  const before = freeOf(domain)
  const guest = invite(domain)
  return {
    domain,
    locks,
    handles,
    guest,
    bury: () => bury(domain, guest),
    then: () => then?.(locks, domain),
    // Waiters of the supervisor's own tasks are kept for the next ones.
    isWhole: () => {
      const { waiters, numbers } = freeOf(domain)
      const isWhole = waiters >= before.waiters - TASKS && numbers === before.numbers
      return isWhole ? [] : differences(before, { waiters, numbers })
    },
  }
}

/** Waits that the supervisor begins at once, at most. */
const TASKS = 4

function socketWorld() {
  const domain = SocketDomain.create(SOCKET_SHAPE)
  const before = freeOfSockets(domain)
  const [here, there] = domain.pair()
  const guest = there.invite()
  return {
    domain,
    here,
    guest,
    bury: () => there.bury(guest),
    then() {
      if (here.stream.isOpen) here.close()
      const [one, other] = domain.pair()
      one.sendSync(new Uint8Array([1, 2, 3]))
      const to = new Uint8Array(5)
      if (other.receiveSync(to) !== 3 || to[2] !== 3) throw new Error('the next pair is wrong')
      one.close()
      other.close()
    },
    isWhole: () => {
      const after = freeOfSockets(domain)
      const { waiters } = after
      const expected = { ...before, waiters: Math.min(before.waiters, waiters) }
      return waiters < before.waiters - TASKS
        ? differences(before, after)
        : differences(expected, after)
    },
  }
}

function startWorker() {
  return new Worker(FILE)
}

function message(worker) {
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.once('error', ({ message }) => resolve(message))
  })
}

async function wrongEnd(worker, what) {
  await worker.terminate()
  return what === undefined ? undefined : `the victim: ${what}`
}

function sumOf(faults) {
  return [...faults.values()].reduce((sum, at) => sum + at.length, 0)
}

function note(faults, what, changes) {
  faults.set(what, [...(faults.get(what) ?? []), changes])
}

function shown({ name }, { points, excused, faults }) {
  const what = excused > 0 ? `, of which ${excused} are not promised` : ''
  const wrong = [...faults].map(([sentence, at]) => `\n  after ${at}: ${sentence}`)
  return `${name}: ${points} points${what}${wrong.join('')}`
}
