import { randomOf } from '../lib/random.mjs'
import { CONNECTION_KIND, killAtConnections } from './connection-kills.mjs'
import { DATAGRAM_KIND, killAtDatagrams } from './datagram-kills.mjs'
import { GUEST_KIND, killAtGuests } from './guest-kills.mjs'
import { KINDS } from './lock-kinds.mjs'
import { killAtLocked, LOCKED_KINDS } from './locked-kills.mjs'
import { killAtLocks } from './lock-kills.mjs'
import { killAtMachine } from './machine-kills.mjs'
import { killAtRights, RIGHTS_KIND } from './rights-kills.mjs'
import { killAtRings, RING_KINDS } from './ring-kills.mjs'
import { killAtSockets, SOCKET_KINDS } from './socket-kills.mjs'
import { killAtStacks } from './stack-kills.mjs'
import { killAtTasks } from './task-kills.mjs'

/**
 * All that is killed at, with the weight that each has in a number of kills. To start a machine
 * takes as long as some ten lives of a worker.
 */
const ALL = [
  ...Object.keys(KINDS).map((kind) => ({ kind, weight: 3, kill: killAtLocks })),
  ...Object.keys(SOCKET_KINDS).map((kind) => ({ kind, weight: 4, kill: killAtSockets })),
  { kind: CONNECTION_KIND, weight: 4, kill: killAtConnections },
  { kind: DATAGRAM_KIND, weight: 4, kill: killAtDatagrams },
  { kind: RIGHTS_KIND, weight: 4, kill: killAtRights },
  ...Object.keys(LOCKED_KINDS).map((kind) => ({ kind, weight: 2, kill: killAtLocked })),
  ...Object.keys(RING_KINDS).map((kind) => ({ kind, weight: 2, kill: killAtRings })),
  { kind: 'tasks', weight: 2, kill: killAtTasks },
  { kind: 'machine', weight: 6, kill: killAtMachine },
  { kind: 'stack', weight: 6, kill: killAtStacks },
  { kind: GUEST_KIND, weight: 6, kill: killAtGuests },
]

export const KILLED_AT = ALL.map(({ kind }) => kind)

function quiet() {}

/**
 * Terminates `kills` threads by chance, by `seed`, at all kinds, or at those that have `only` in
 * their names and not `except`. Says what it is about and resolves to `{ kills, faults }`.
 *
 * @param {number} kills
 * @param {{ seed?: number, only?: string, except?: string, fault?: string,
 *   monitor?: import('./monitor.mjs').Monitor, says?: (line: string) => void }} options
 */
export async function killAll(
  kills,
  { seed = 1, only = '', except = '', monitor, fault, says = quiet },
) {
  const isLeftOut = (kind) => except !== '' && kind.includes(except)
  const chosen = ALL.filter(({ kind }) => kind.includes(only) && !isLeftOut(kind))
  const whole = chosen.reduce((sum, { weight }) => sum + weight, 0)
  const faults = []
  let done = 0
  for (const [index, { kind, weight, kill }] of chosen.entries()) {
    const isLast = index === chosen.length - 1
    const share = isLast ? kills - done : Math.round((kills * weight) / whole)
    const random = randomOf(seed * 31 + index)
    monitor?.says(kind)
    const began = performance.now()
    const found = share > 0 ? await kill(kind, { kills: share, random, monitor, fault }) : []
    done += share
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    says(`${kind}: ${share} kills, ${seconds} s${found.map((one) => `\n  ${one}`).join('')}`)
    faults.push(...found.map((one) => `${kind}, seed ${seed}: ${one}`))
  }
  return { kills: done, faults }
}
