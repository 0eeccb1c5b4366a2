import { parentPort } from 'node:worker_threads'
import { openSocket } from '@smpnet/socket'
import { SyncDomain } from '@smpnet/sync'
import { Mortal } from './mortal.mjs'
import { LOCK_POINTS } from './lock-points.mjs'
import { SOCKET_POINTS } from './socket-points.mjs'
import { inShort } from './waits.mjs'

/** Does the victim's part of one scenario, and ends behind one of its changes, or is done. */
const mortal = new Mortal()

parentPort?.once('message', ({ name, guest, handles, changes, begins }) => {
  const ready = () => {
    parentPort?.postMessage('ready')
    Atomics.wait(begins, 0, 0)
    mortal.endsAfter(changes)
  }
  const isSocket = handles === undefined
  const error = caught(() => (isSocket ? moves : acts)(name, guest, handles, ready))
  mortal.livesOn()
  parentPort?.postMessage(error ?? 'done')
})

function acts(name, guest, handles, ready) {
  const { locks: kinds, prepares, opens, does } = LOCK_POINTS.find((one) => one.name === name)
  if (opens === true) {
    ready()
    SyncDomain.open(guest)
    return
  }
  const domain = SyncDomain.open(guest)
  const locks = Object.fromEntries(
    Object.entries(kinds).map(([key, [Kind]]) => [key, Kind.open(handles[key])]),
  )
  const guard = prepares?.(locks)
  ready()
  does(locks, domain, guard)
}

function moves(name, guest, _handles, ready) {
  const { opens, does } = SOCKET_POINTS.find((one) => one.name === name)
  if (opens === true) {
    ready()
    openSocket(guest)
    return
  }
  const socket = openSocket(guest)
  ready()
  does(socket)
}

function caught(run) {
  try {
    run()
    return undefined
  } catch (error) {
    return inShort(error)
  }
}
