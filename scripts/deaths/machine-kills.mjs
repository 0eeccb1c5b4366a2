import { madeWorkers } from './made-workers.mjs'
import { sleep, until, within } from './waits.mjs'
import { VIOLATIONS } from './words.mjs'

const CPUS = 3
const STUCK_MS = 30_000
const LIFE_MS = 40
const EARLY = 0.1
/** So many steps of each survivor show that it goes on. */
const GOES_ON = 3
const BOOT = new URL('machine-boot.mjs', import.meta.url)

/**
 * A live machine under load of which one CPU is terminated anywhere, `kills` times. The others must
 * be told, and go on. Resolves to what was found wrong, as sentences.
 */
export async function killAtMachine(_kind, { kills, random, fault }) {
  for (let left = kills; left > 0; left--) {
    const faults = await killOne(random, fault)
    if (faults.length > 0) return faults
  }
  return []
}

async function killOne(random, fault) {
  const { startLive } = await import('@smpnet/machine/live')
  const { Roster } = await import('@smpnet/scheduler')
  madeWorkers.length = 0
  /** @type {any} */
  let places
  const death = told()
  const machine = await startLive({
    cpus: CPUS,
    lot: { waiters: 64 },
    boot: BOOT,
    setup: ({ memory, arena }) =>
      (places = placesIn(memory, arena, Roster.place(arena, 32), Math.floor(random() * 1e6))),
    onDeath: death.tell,
  })
  const failed = machine.stopped.then(
    () => 'the machine has stopped',
    ({ message }) => message,
  )
  const { memory } = machine.here
  const workers = [...madeWorkers]
  const steps = workers.map((_, cpu) => places.steps + 64 * cpu)
  // Most die when all make steps, some while they begin to.
  if (random() > EARLY) await until(() => steps.every((at) => memory.load(at) > 0), STUCK_MS)
  await sleep(random() * LIFE_MS)
  const dead = Math.floor(random() * CPUS)
  await workers[dead].terminate()
  const faults = []
  const heard = await within(Promise.race([death.heard, failed]), STUCK_MS, 'nothing')
  if (heard !== 'told') faults.push(`of a CPU that has died was heard: ${heard}`)
  else {
    new Roster(memory, places.roster).bury(dead)
    const alive = steps.filter((_, cpu) => cpu !== dead)
    if (fault === 'stands still') await machine.stop()
    if (!(await goOn(memory, alive, fault)))
      faults.push('a CPU that survived makes no step any more')
  }
  const violations = memory.load(places.words + 4 * VIOLATIONS)
  if (violations > 0) faults.push(`${violations} times two kernel threads were inside a mutex`)
  const stopped = await within(
    machine.stop().then(() => true),
    STUCK_MS,
    false,
  )
  if (!stopped) faults.push('a machine of which one CPU is dead has not stopped')
  return faults
}

function told() {
  /** @type {(failed: unknown) => void} */
  let tell = () => {}
  const heard = new Promise((resolve) => {
    tell = () => resolve('told')
  })
  return { tell, heard }
}

function placesIn(_memory, arena, roster, seed) {
  const place = (name, bytes) => arena.place(name, bytes)
  return {
    roster,
    seed,
    mutex: place('mutex', 64),
    rwlock: place('rwlock', 64),
    count: place('count', 64),
    words: place('words', 64),
    steps: place('steps', 64 * CPUS),
  }
}

async function goOn(memory, steps, fault) {
  const before = steps.map((at) => memory.load(at))
  const patience = fault === undefined ? STUCK_MS : 100
  const end = performance.now() + patience
  do {
    await sleep(5)
    if (steps.every((at, i) => memory.load(at) > before[i] + GOES_ON)) return true
  } while (performance.now() < end)
  return false
}
