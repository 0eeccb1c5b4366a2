import type { LockedSocket } from '../locked/locked-socket.ts'
import { closeAll, expectThat, type SockProgram } from './sock-acts.ts'
import type { SockWorld } from './sock-world.ts'

/** A buffer that has room for one record of these, with its length, and not for two. */
const BYTES = 8
const recordOf = (value: number) => new Uint8Array(3).fill(value)

/** The records that are there: each a number that all of its bytes are, or none. */
function recordsAt(world: SockWorld, socket: LockedSocket): number[] {
  const found: number[] = []
  for (;;) {
    const to = new Uint8Array(BYTES)
    const got = world.now((td) => socket.receive(td, to, 0, BYTES, false))
    if (got <= 0) return found
    const isWhole = got === 3 && to.subarray(0, 3).every((byte) => byte === to[0])
    expectThat(isWhole, `a whole record was to come: ${to.subarray(0, got)}`)
    found.push(to[0]!)
  }
}

/** Programs of sockets that keep records. A row each. */
export const recordPrograms: readonly SockProgram[] = [
  {
    name: 'record, record',
    promise: 'records are whole, whichever comes first',
    threads: 2,
    bytes: 16,
    start(world, { thread, after }) {
      const [client, server] = world.pair('seqpacket')
      for (const i of [0, 1]) {
        thread(`sends ${i}`, () => world.run(i, (td) => client.send(td, recordOf(i + 1))))
      }
      after(() => {
        const found = recordsAt(world, server).toSorted((a, b) => a - b)
        expectThat(found.join() === '1,2', `records 1 and 2 were to come: ${found.join()}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'record into a full buffer, receive',
    promise: 'a sender that sleeps has space for all, and its record is whole',
    threads: 2,
    bytes: BYTES,
    start(world, { thread, after }) {
      const [client, server] = world.pair('seqpacket')
      world.now((td) => client.send(td, recordOf(1)))
      let got = 0
      thread('sends', () => world.run(0, (td) => client.send(td, recordOf(2))))
      thread('receives', () => (got = world.run(1, (td) => server.receive(td, new Uint8Array(1)))))
      after(() => {
        const found = recordsAt(world, server)
        expectThat(got === 3 && found.join() === '2', `${got} and ${found.join()} came`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'record, receive, receive',
    promise: 'a record is received once',
    threads: 2,
    bytes: 16,
    start(world, { thread, after }) {
      const [client, server] = world.pair('seqpacket')
      for (const value of [1, 2]) world.now((td) => client.send(td, recordOf(value)))
      const got: number[] = []
      for (const i of [0, 1]) {
        thread(`receives ${i}`, () => {
          const to = new Uint8Array(4)
          const count = world.run(i, (td) => server.receive(td, to))
          expectThat(count === 3 && to[0] === to[2], `a whole record was to come: ${to}`)
          got.push(to[0]!)
        })
      }
      after(() => {
        const values = got.toSorted((a, b) => a - b).join()
        expectThat(values === '1,2', `records 1 and 2 were to come: ${values}`)
        closeAll(world, client, server)
      })
    },
  },
]
