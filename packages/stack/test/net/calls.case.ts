import { describe, expect, it } from 'vitest'
import { defineStack, type Program } from '../../src/index.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpCases } from '../fixtures/udp-cases.mjs'
import {
  type Machine,
  NOTHING_IN_USE,
  type Rest,
  type RunNet,
  type SceneAccount,
} from './account.ts'

export const scenes = udpCases as Program<{ readonly scene: string }>

/** What a single thread is told by its sockets, and what the host answers by itself. */
export function callCases(machine: Machine, cpus: number, run: RunNet): void {
  const runScene = (scene: string, rest: Rest = {}, on = cpus) => {
    const config = defineStack({ ...rest, machine: machine(on) })
    return run<{ scene: string }, SceneAccount>(config, scenes, 'udp-cases.mjs', { scene })
  }

  describe('a socket call says', () => {
    const both = [{ actions: 'under-lock' }, { actions: 'after-unlock' }] as const
    const says = (
      text: string,
      scene: string,
      came: readonly unknown[],
      rest: Rest = {},
      counted: Readonly<Record<string, number>> = {},
    ) =>
      it.each(both)(`${text} (%j)`, async (actions) => {
        const account = await runScene(scene, { ...rest, ...actions })
        expect(account.came).toEqual(came)
        expect(account).toMatchObject(NOTHING_IN_USE)
        expect(account.statistics.counters).toMatchObject(counted)
      })

    says('that a port is in use', 'port in use', [0, 'EADDRINUSE', 'EADDRINUSE', 0, 'EINVAL'])
    says('nothing of a port whose socket was closed', 'port free again', [
      0,
      'EADDRINUSE',
      0,
      0,
      1,
      1,
      1,
      'ECONNREFUSED',
    ])
    says('that an address is not local', 'address not local', ['EADDRNOTAVAIL', 0])
    says('that there is no peer, or one already', 'not connected', [
      'EDESTADDRREQ',
      'ENOTCONN',
      0,
      1,
      'EISCONN',
    ])
    says(
      'that a datagram is larger than any, or than the link takes',
      'too large',
      ['EMSGSIZE', 'EMSGSIZE', 'EMSGSIZE', 16_356, 16_356, true],
      {},
      { ips_cantfrag: 2, udps_opackets: 1 },
    )
    says(
      'that it was refused, once, if it is connected',
      'refused',
      [1, 1, 'ECONNREFUSED', 'nothing', 'nothing'],
      {},
      { udps_noport: 2, icps_error: 2, udps_opackets: 2, ips_localout: 4 },
    )
    says('so to the next that sends, too', 'refused by the next call', [
      1,
      'ECONNREFUSED',
      'nothing',
    ])
    says(
      'that there is no route',
      'no route',
      ['EHOSTUNREACH', 'EHOSTUNREACH'],
      {},
      {
        udps_opackets: 0,
      },
    )
    says(
      'that all sockets are in use',
      'sockets all in use',
      ['NoSockets: all 2 datagram sockets are in use: place more `sockets`', 2],
      { socket: { sockets: 2 } },
    )
    says(
      'that there are no buffers, and gives all back',
      'no mbufs',
      ['ENOBUFS', true, true, true, 1],
      { mbufs: { mbufs: 16, of2k: 0, of4k: 0, of9k: 0, of64k: 0 } },
    )
    says(
      'nothing of a datagram that is not from its peer',
      'another port answers',
      [1, 1, 1, 7, 'nothing'],
      {},
      { udps_noport: 1 },
    )
  })

  it('an echo request is answered', async () => {
    const account = await runScene('echo')
    expect(account).toMatchObject(NOTHING_IN_USE)
    const { counters } = account.statistics
    const expected = { ips_total: 2, ips_delivered: 2, ips_localout: 1, icps_reflect: 1 }
    expect(nonZero(counters)).toEqual(expected)
  })

  it('a packet from outside that says it is from this host is dropped and counted', async () => {
    const account = await runScene('echo from a martian')
    expect(account).toMatchObject(NOTHING_IN_USE)
    expect(nonZero(account.statistics.counters)).toEqual({ ips_total: 1, ips_badaddr: 1 })
  })

  it.each([
    ['preempts', { wakeup: 'preempt' }, [0, 0, 0]],
    ['does not preempt', { wakeup: 'no-preempt' }, [1, 2, 3]],
  ] as const)(
    'a worker that %s handles a datagram inside the call that sent it, or after it',
    async (_what, { wakeup }, waiting) => {
      const scheduler = { policy: 'priority', wakeup } as const
      const account = await runScene('waiting when sent', { actions: 'under-lock', scheduler }, 1)
      expect(account.came).toEqual(waiting)
      expect(account).toMatchObject(NOTHING_IN_USE)
    },
  )
}

function nonZero(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0))
}
