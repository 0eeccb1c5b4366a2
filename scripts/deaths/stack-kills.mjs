import { madeWorkers } from './made-workers.mjs'
import { LOOPBACK } from '@smpnet/inet'
import { awaiting } from '@smpnet/park'
import { defineStack, live } from '@smpnet/stack'
import { attachGuest, startStack } from '@smpnet/stack/live'
import { underLoad } from './stack-boot.mjs'
import { inShort, isNamed, PATIENCE_MS, sleep, until, within } from './waits.mjs'

const CPUS = 3
const LIFE_MS = 20
const MOST_CHANGES = 5_000
const PORT_OF_NOBODY = 9000
const BOOT = new URL('stack-boot.mjs', import.meta.url)
/** What the starter's promise says of a CPU that was ended. */
const SENTENCE = /^CPU \d+ failed: [^\n]+$/
/** @type {any[]} */
const NETISR = [{}, { dispatch: 'hybrid' }, { dispatch: 'deferred', policy: 'flow' }]

/**
 * Kernels under load one CPU of which ends anywhere, every other time after one of its changes of
 * shared memory, and else by `terminate`. Each must end for its starter, in time, by an error of
 * one sentence, and so must what its starter asks of it meanwhile, and a guest that waits. With the
 * fault `nobody dies` they go on. Resolves to what was found wrong, as sentences.
 */
export async function killAtStacks(_kind, { kills, random, fault }) {
  for (let left = kills; left > 0; left--) {
    const faults = await killOne(random, fault)
    if (faults.length > 0) return faults
  }
  return []
}

async function killOne(random, fault) {
  madeWorkers.length = 0
  const settings = {
    cpus: CPUS,
    seed: Math.floor(random() * 1e6),
    mortal: Math.floor(random() * CPUS),
    changes: 1 + Math.floor(random() * MOST_CHANGES),
  }
  const netisr = NETISR[Math.floor(random() * NETISR.length)]
  const config = defineStack({
    machine: live({ cpus: CPUS, guests: 1 }),
    netisr,
    statistics: true,
  })
  const stack = await startStack(config, underLoad, { settings, boot: BOOT })
  const [workers, { machine }] = [[...madeWorkers], stack]
  const { memory } = machine.here
  const { begins, steps } = stack.args.shared
  const ended = machine.stopped.then(
    () => 'it has stopped as if nothing had happened',
    ({ name, message }) => (name === 'CpuFailed' && SENTENCE.test(message) ? '' : message),
  )
  const waitedFor = waitsFor(stack.invitation)
  await until(() => at(steps).every((word) => memory.load(word) > 0), PATIENCE_MS)
  if (fault === undefined && random() < 0.5) memory.store(begins, 1)
  else {
    await sleep(random() * LIFE_MS)
    if (fault !== 'nobody dies') await workers[settings.mortal].terminate()
  }
  const asked = stack.statistics().then(
    () => '',
    ({ message }) => (message.includes('\n') ? message : ''),
  )
  const patience = fault === undefined ? PATIENCE_MS : 500
  const faults = []
  const hears = async (what, promise) => {
    const heard = await within(promise, patience, 'nothing')
    if (heard !== '') faults.push(`${what} of a kernel whose CPU has died has heard: ${heard}`)
  }
  const heard = [hears('the starter', ended), hears('statistics', asked)]
  await Promise.all([...heard, hears('a guest', waitedFor)])
  await hears(
    'stop()',
    stack.stop().then(() => ''),
  )
  return faults
}

/** A guest of this thread waits for a datagram that nobody sends, until the kernel is no more. */
async function waitsFor(invitation) {
  const { net, td } = attachGuest(invitation)
  const socket = net.sockets.createSync(td)
  try {
    socket.bindSync(td, LOOPBACK, PORT_OF_NOBODY)
    return String(await awaiting(td, socket.receive(td, new Uint8Array(4))))
  } catch (error) {
    return isNamed(error, 'KernelStopped') ? '' : inShort(error)
  }
}

function at(steps) {
  return Array.from({ length: CPUS }, (_, cpu) => steps + 64 * cpu)
}
