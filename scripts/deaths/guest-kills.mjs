import { Worker } from 'node:worker_threads'
import { defineStack, live, presets, withPreset } from '@smpnet/stack'
import { startStack } from '@smpnet/stack/live'
import { CHANGES, END, STEPS, WRONG } from './guest-words.mjs'
import { PORT, underLoad } from './stack-boot.mjs'
import { ended, inShort, isUp, patienceWith, sleep, until } from './waits.mjs'

const CPUS = 2
const GUESTS = 3
/** To start a kernel takes as long as some lives of guests. */
const KILLS_OF_A_KERNEL = 10
const LIFE_MS = 10
const MOST_CHANGES = 3_000
const BOOT = new URL('stack-boot.mjs', import.meta.url)
const FILE = new URL('guest-worker.mjs', import.meta.url)

export const GUEST_KIND = 'guests'

/** What a kernel may be besides what a preset says. */
const VARIED = {
  netisr: [{}, { dispatch: 'hybrid' }, { dispatch: 'deferred', policy: 'flow', threads: 'all' }],
  locks: ['mutex', 'rwlock', 'sx', 'rmlock'].map((kind) => ({
    addressList: kind,
    pcbHash: kind,
  })),
}

/**
 * Kernels of every preset under load, with guests that use them, of which one after the other ends
 * anywhere, every other time after one of its changes of shared memory, is buried, and is followed
 * by another. All CPUs and all other guests go on, what is received is what was sent, and in the
 * end every socket is closed. Resolves to what was found wrong, as sentences.
 */
export async function killAtGuests(_kind, { kills, random, monitor, fault }) {
  for (let left = kills; left > 0; left -= KILLS_OF_A_KERNEL) {
    const faults = await killAll(random, Math.min(left, KILLS_OF_A_KERNEL), monitor, fault)
    if (faults.length > 0) return faults
  }
  return []
}

async function killAll(random, kills, monitor, fault) {
  const run = await start(random, fault)
  const { stack, faults, guests } = run
  for (let kill = 0; kill < kills && faults.size === 0; kill++) {
    const slot = Math.floor(random() * GUESTS)
    await endsOne(run, guests[slot])
    monitor?.says(`${GUEST_KIND}, burying a guest of ${run.text}`)
    await isBuried(run, guests[slot])
    monitor?.says(GUEST_KIND)
    guests[slot] = undefined
    if (faults.size === 0) await goesOn(run)
    if (faults.size === 0) guests[slot] = await begin(run)
  }
  if (faults.size === 0) await endAll(run)
  const torn = stack.machine.here.memory.load(stack.args.shared.torn)
  if (torn > 0) faults.add(`${torn} datagrams of the kernel were not those sent`)
  await stack.stop()
  for (const guest of guests) await guest?.worker.terminate()
  return [...faults].map((one) => `${one} (${run.text})`)
}

async function start(random, fault) {
  const turn = (list) => list[Math.floor(random() * list.length)]
  const preset = turn([...presets.keys()])
  const varied = random() < 0.5 ? {} : { netisr: turn(VARIED.netisr), locks: turn(VARIED.locks) }
  const machine = live({ cpus: CPUS, guests: GUESTS })
  const config = defineStack(withPreset(preset, { machine, ...varied }))
  const settings = { cpus: CPUS, seed: Math.floor(random() * 1e6), mortal: -1, changes: 0 }
  const stack = await startStack(config, underLoad, { settings, boot: BOOT })
  const text = `${preset} ${JSON.stringify(varied)}`
  const guests = /** @type {any[]} */ ([])
  const run = { stack, random, fault, text, faults: new Set(), guests, lives: 0 }
  stack.machine.stopped.catch(({ message }) => run.faults.add(`the kernel has failed: ${message}`))
  for (let slot = 0; slot < GUESTS; slot++) run.guests.push(await begin(run))
  return run
}

/** Resolves when the guest is up, since one that has not begun proves nothing. */
async function begin(run) {
  const { stack, random, fault, faults } = run
  const words = new Int32Array(new SharedArrayBuffer(16))
  if (random() < 0.5) words[CHANGES] = 1 + Math.floor(random() * MOST_CHANGES)
  let invited
  try {
    invited = stack.invite()
  } catch (error) {
    faults.add(`no seat is left for a guest: ${inShort(error)}`)
    return undefined
  }
  const workerData = {
    handle: invited.handle,
    id: ++run.lives,
    port: PORT,
    cpus: CPUS,
    seed: Math.floor(random() * 2 ** 31),
    words,
    fault,
  }
  const worker = new Worker(FILE, { workerData })
  worker.on('error', (error) => faults.add(`a guest: ${error.stack}`))
  const guest = { worker, words, isBuried: fault === 'nobody buries' }
  worker.once('exit', () => {
    if (guest.isBuried) return
    const hears = ({ message }) => faults.add(`a burial has failed: ${message}`)
    stack
      .bury(invited)
      .catch(hears)
      .finally(() => (guest.isBuried = true))
  })
  const isThere = await isUp(worker, patienceWith(fault))
  if (!isThere) faults.add('a guest does not come up')
  return guest
}

/** A guest that is to end by itself does so; others are terminated, some before they have begun. */
async function endsOne({ random, faults, fault }, { worker, words }) {
  await until(() => words[STEPS] > 0 || faults.size > 0, random() * 4 * LIFE_MS)
  await sleep(random() * LIFE_MS)
  if (words[CHANGES] === 0) await worker.terminate()
  else {
    const isOver = await until(
      () => worker.threadId === -1 || faults.size > 0,
      patienceWith(fault),
    )
    if (!isOver) faults.add('a guest makes no changes of memory any more')
    await worker.terminate()
  }
}

/** Each is buried as soon as it has ended, since another's burial may wait for what it holds. */
async function isBuried({ faults, fault }, guest) {
  if (!(await until(() => guest.isBuried || faults.size > 0, patienceWith(fault)))) {
    faults.add('a burial does not come to its end')
  }
  const wrong = Atomics.load(guest.words, WRONG)
  if (wrong > 0) faults.add(`${wrong} answers were not those sent`)
}

/** All CPUs and all guests that live make steps. */
async function goesOn({ stack, guests, faults, fault }) {
  const { memory } = stack.machine.here
  const { steps } = stack.args.shared
  const looks = [
    ...Array.from({ length: CPUS }, (_, cpu) => [
      `CPU ${cpu}`,
      () => memory.load(steps + 64 * cpu),
    ]),
    ...guests.flatMap((guest, slot) => {
      // One that has ended by itself meanwhile is buried in its turn.
      const isOver = () => guest.worker.threadId === -1
      const made = () => (isOver() ? Number.POSITIVE_INFINITY : Atomics.load(guest.words, STEPS))
      return guest === undefined || guest.words[CHANGES] > 0 ? [] : [[`guest ${slot}`, made]]
    }),
  ]
  const before = looks.map(([, made]) => made())
  const hasGone = () => looks.map(([, made], i) => made() > before[i])
  await until(() => faults.size > 0 || !hasGone().includes(false), patienceWith(fault))
  const still = looks.filter((_, i) => !hasGone()[i]).map(([name]) => name)
  if (still.length > 0 && faults.size === 0) faults.add(`no step any more: ${still.join(', ')}`)
}

async function endAll(run) {
  const { guests, faults, fault } = run
  for (const { words } of guests) Atomics.store(words, END, 1)
  for (const guest of guests) {
    if ((await until(() => guest.worker.threadId === -1, patienceWith(fault))) === false) {
      faults.add('a guest does not come to its end')
    }
    await ended(guest.worker)
    await isBuried(run, guest)
  }
}
