import { Worker } from 'node:worker_threads'
import { bury, invite, SyncDomain } from '@smpnet/sync'
import { buried } from './bury.mjs'
import { differences, freeOf } from './counts.mjs'
import { KINDS, made } from './lock-kinds.mjs'
import { ended, isUp, patienceWith, sleep, until, within } from './waits.mjs'
import {
  ADDED,
  LEFT,
  makeWords,
  of,
  RIGHT,
  STEPS,
  STOP,
  STRANGE,
  SUM,
  VIOLATIONS,
} from './words.mjs'

const SURVIVORS = 2
const VICTIMS = 3
/** A victim lives so long at most, of which its first steps are the slowest. */
const LIFE_MS = 6
/** No host is so slow that a thread which is not stuck makes no step for as long. */
const FILE = new URL('lock-worker.mjs', import.meta.url)

/**
 * Survivors and victims at the locks of one kind; victims are terminated anywhere, buried, and
 * begun anew, `kills` times in all. Resolves to what was found wrong, as sentences.
 */
export async function killAtLocks(
  kind,
  { kills, random, monitor, fault, stuckMs = patienceWith(fault) },
) {
  const world = worldOf(kind, random)
  const { domain, locks } = world
  const before = freeOf(domain)
  KINDS[kind].begin?.(locks)
  const survivors = await all(SURVIVORS, (index) => begin(world, index, true))
  const victims = await all(VICTIMS, (index) => begin(world, SURVIVORS + index, false))
  const troop = {
    ...world,
    survivors,
    victims,
    random,
    monitor,
    fault,
    left: kills,
    isOver: false,
    stuck: '',
  }
  const watching = watch(troop, stuckMs)
  await Promise.all(victims.map((_, slot) => killAgain(troop, slot)))
  troop.isOver = true
  await watching
  const faults = troop.stuck === '' ? await end(troop, stuckMs) : [troop.stuck]
  for (const { worker } of survivors) await worker.terminate()
  if (faults.length > 0) return faults
  for (const { guest } of survivors) bury(domain, guest)
  KINDS[kind].end?.(locks)
  return [...faults, ...checked(kind, troop), ...differences(before, freeOf(domain))]
}

function worldOf(kind, random) {
  const domain = SyncDomain.create({ threads: 16, waiters: 256, bytes: 1 << 18 })
  const locks = made(kind, domain)
  const handles = Object.fromEntries(
    Object.entries(locks).map(([name, { handle }]) => [name, handle]),
  )
  const seeds = () => Math.floor(random() * 2 ** 31)
  return { kind, domain, locks, handles, seeds, words: makeWords(SURVIVORS + VICTIMS) }
}

async function begin({ kind, domain, handles, seeds, words }, index, isSurvivor) {
  const guest = invite(domain)
  const workerData = {
    kind,
    handles,
    index,
    isSurvivor,
    words,
    seed: seeds(),
    guest: guest.handle,
  }
  const steps = Atomics.load(words, of(index, STEPS))
  const worker = new Worker(FILE, { workerData })
  const failed = new Promise((_, reject) => worker.once('error', reject))
  if (!(await Promise.race([isUp(worker), failed]))) throw new Error('a thread does not come up')
  return { guest, worker, index, steps }
}

async function killAgain(troop, slot) {
  const { domain, victims, words, random, monitor, fault } = troop
  while (troop.left > 0 && troop.stuck === '') {
    troop.left--
    const victim = victims[slot]
    const makesSteps = () => Atomics.load(words, of(victim.index, STEPS)) !== victim.steps
    await until(makesSteps, LIFE_MS)
    await sleep(random() * LIFE_MS)
    await victim.worker.terminate()
    monitor?.says(`${troop.kind}, burying thread ${victim.guest.thread}`)
    await buried(() => bury(domain, victim.guest), fault)
    monitor?.says(troop.kind)
    victims[slot] = await begin(troop, victim.index, false)
  }
  await victims[slot].worker.terminate()
  await buried(() => bury(domain, victims[slot].guest), fault)
}

/** Notes when a survivor makes no step any more. */
async function watch(troop, stuckMs) {
  const { survivors, words } = troop
  const seen = survivors.map(() => ({ steps: -1, at: 0 }))
  while (!troop.isOver && troop.stuck === '') {
    await sleep(100)
    for (const [slot, { index }] of survivors.entries()) {
      const steps = Atomics.load(words, of(index, STEPS))
      if (steps !== seen[slot].steps) seen[slot] = { steps, at: performance.now() }
      else if (performance.now() - seen[slot].at > stuckMs) troop.stuck = stuckAfter(steps)
    }
  }
}

const stuckAfter = (steps) => `a survivor has made ${steps} steps, and makes none any more`

/** Tells the survivors to stop, which they do when they wait for nothing. */
async function end({ survivors, words }, stuckMs) {
  for (const { index } of survivors) Atomics.store(words, of(index, STOP), 1)
  const ends = await within(Promise.all(survivors.map(({ worker }) => ended(worker))), stuckMs)
  return ends === undefined ? ['a survivor that was told to stop has not come to its end'] : []
}

function checked(kind, { words, locks, survivors }) {
  const added = survivors.reduce((sum, { index }) => sum + words[of(index, ADDED)], 0)
  const free = KINDS[kind].free ?? (() => true)
  return [
    [words[VIOLATIONS] === 0, `${words[VIOLATIONS]} times two were inside`],
    [words[SUM] === added, `survivors added ${added}, of which ${words[SUM]} are there`],
    [
      words[STRANGE] === 0,
      `${words[STRANGE]} steps ended with an error that they should not have`,
    ],
    [words[LEFT] - words[RIGHT] <= 1, `${words[LEFT]} sections were begun, ${words[RIGHT]} ended`],
    [free(locks), 'what was taken has not all been given back'],
  ]
    .filter(([holds]) => !holds)
    .map(([, sentence]) => sentence)
}

function all(count, make) {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}
