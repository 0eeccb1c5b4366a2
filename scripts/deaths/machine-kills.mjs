import { madeWorkers } from './made-workers.mjs'
import { startLive } from '@smpnet/machine/live'
import { Roster } from '@smpnet/scheduler'
import { stateOf } from './machine-state.mjs'
import { PATIENCE_MS, sleep, until, within } from './waits.mjs'
import { VIOLATIONS } from './words.mjs'

const CPUS = 3
const LIFE_MS = 40
/** No host is so slow. */
const BOOT_MS = 300_000
/** Of a CPU: some milliseconds. */
const MOST_CHANGES = 5_000
const EARLY = 0.1
/** So many steps of each survivor show that it goes on. */
const GOES_ON = 3
const BOOT = new URL('machine-boot.mjs', import.meta.url)

/**
 * A live machine under load of which one CPU after another ends anywhere, until one is left, and
 * then the next machine, `kills` times in all: the first CPU of a machine, every other time, after
 * one of its changes of shared memory, and else by `terminate`. The others must be told each time,
 * and go on. Resolves to what was found wrong, as sentences.
 */
export async function killAtMachine(_kind, { kills, random, fault }) {
  for (let left = kills; left > 0; left -= CPUS - 1) {
    const faults = await killAll(random, Math.min(left, CPUS - 1), fault)
    if (faults.length > 0) return faults
  }
  return []
}

async function killAll(random, kills, fault) {
  const run = await start(random)
  const { machine, places, failed, deaths } = run
  const { memory } = machine.here
  const steps = run.workers.map((_, cpu) => places.steps + 64 * cpu)
  // Most die when all make steps, some while they begin to.
  if (random() > EARLY) await until(() => steps.every((at) => memory.load(at) > 0), PATIENCE_MS)
  const alive = new Set(steps.keys())
  const faults = []
  for (let kill = 0; kill < kills && faults.length === 0; kill++) {
    const dead = kill === 0 ? places.mortal : [...alive][Math.floor(random() * alive.size)]
    await endsOne(run, dead, kill === 0, random)
    alive.delete(dead)
    const heard = until(() => deaths.length > kill, PATIENCE_MS)
    const what = await Promise.race([heard.then((isSo) => (isSo ? '' : 'nothing')), failed])
    if (what !== '') faults.push(`of a CPU that has died was heard: ${what}`)
    else {
      new Roster(memory, places.roster).bury(dead)
      if (fault === 'stands still') await machine.stop()
      const at = [...alive].map((cpu) => steps[cpu])
      if (!(await goOn(memory, at, fault))) faults.push(standsStill(run))
      else if (deaths.length > kill + 1) faults.push(`a survivor has failed: ${deaths.join('; ')}`)
    }
  }
  const violations = memory.load(places.words + 4 * VIOLATIONS)
  if (violations > 0) faults.push(`${violations} times two kernel threads were inside a mutex`)
  const stopped = machine.stop().then(() => true)
  if (!(await within(stopped, PATIENCE_MS, false)))
    faults.push('a machine of which one CPU is dead has not stopped')
  return faults
}

async function start(random) {
  madeWorkers.length = 0
  /** @type {any} */
  let places
  const deaths = []
  const machine = await startLive({
    cpus: CPUS,
    lot: { waiters: 64 },
    boot: BOOT,
    bootMs: BOOT_MS,
    setup: ({ arena }) =>
      (places = {
        ...placesIn(arena, Roster.place(arena, 32), Math.floor(random() * 1e6)),
        mortal: Math.floor(random() * CPUS),
        changes: 1 + Math.floor(random() * MOST_CHANGES),
      }),
    onDeath: ({ message }) => deaths.push(message),
  })
  const failed = machine.stopped.then(
    () => 'the machine has stopped',
    ({ message }) => message,
  )
  return { machine, places, failed, deaths, workers: [...madeWorkers] }
}

async function endsOne({ machine, places, workers }, dead, isFirst, random) {
  if (isFirst && random() < 0.5) machine.here.memory.store(places.begins, 1)
  else {
    await sleep(random() * LIFE_MS)
    await workers[dead].terminate()
  }
}

function standsStill({ machine, places, deaths }) {
  const what = `a CPU that survived makes no step any more; heard was: ${deaths.join('; ')}`
  return [what, ...stateOf(machine, places)].join('\n')
}

function placesIn(arena, roster, seed) {
  const place = (name, bytes) => arena.place(name, bytes)
  return {
    roster,
    seed,
    mutex: place('mutex', 64),
    rwlock: place('rwlock', 64),
    count: place('count', 64),
    words: place('words', 64),
    begins: place('begins', 64),
    steps: place('steps', 64 * CPUS),
  }
}

async function goOn(memory, steps, fault) {
  const before = steps.map((at) => memory.load(at))
  const patience = fault === undefined ? PATIENCE_MS : 100
  const end = performance.now() + patience
  do {
    await sleep(5)
    if (steps.every((at, i) => memory.load(at) > before[i] + GOES_ON)) return true
  } while (performance.now() < end)
  return false
}
