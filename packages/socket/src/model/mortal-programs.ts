import type { Waiter } from '@smpnet/park'
import { ERRNO, errnoOf } from '../datagram/results.ts'
import type { LockedSocket } from '../locked/locked-socket.ts'
import { filtered } from './filter-programs.ts'
import { expectThat, listening, ONE, receives, type SockProgram, tries } from './sock-acts.ts'
import type { SockWorld } from './sock-world.ts'

/** Closes what is open of these, and finds nothing left. */
function closeOpen(world: SockWorld, ...sockets: (LockedSocket | undefined)[]): void {
  for (const socket of sockets) {
    if (socket === undefined || socket.state() === 'FREED') continue
    world.now((td) => socket.close(td))
  }
  expectThat(world.inUse() === 0, `${world.inUse()} blocks are left`)
}

/** Programs of two threads of which one may die after any step, and is buried. A row each. */
export const mortalPrograms: readonly SockProgram[] = [
  {
    name: 'send, receive',
    promise: 'the other has the bytes or hears of the reset, and nothing is lost',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const [client, server] = world.pair()
      const [sender, receiver] = [world.of(0, client), world.of(1, server)]
      const died = world.mortal(onDeath)
      let got: number | undefined
      thread('sends', () => {
        for (const _ of [1, 2]) world.run(0, (td) => sender.send(td, ONE))
      })
      thread('receives', () => {
        for (const _ of [1, 2]) {
          got = world.run(1, (td) => receiver.receive(td, new Uint8Array(1)))
        }
      })
      after(() => {
        if (died.has(0) && got !== undefined && !died.has(1)) {
          const isFair = got === 1 || got === 0 || errnoOf(got) === ERRNO.ECONNRESET
          expectThat(isFair, `a byte or ECONNRESET was to come: ${got}`)
        }
        const isReset = ['RESET', 'DISCONNECTED', 'FREED']
        if (died.has(0)) expectThat(client.state() === 'FREED', `it is ${client.state()}`)
        if (died.has(1)) expectThat(isReset.includes(client.state()), `it is ${client.state()}`)
        closeOpen(world, client, server)
      })
    },
  },
  {
    name: "send, receive on others' ends",
    promise: 'no space is lost',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const [client, server] = world.pair()
      world.mortal(onDeath)
      const sendsOne = (td: Waiter) => client.send(td, ONE, 0, 1, false)
      const takesOne = (td: Waiter) => server.receive(td, new Uint8Array(1), 0, 1, false)
      world.now(sendsOne)
      thread('sends', () => world.run(0, sendsOne))
      thread('receives', () => world.run(1, takesOne))
      after(() => {
        while (world.now(takesOne) > 0);
        const sent = world.now(sendsOne)
        expectThat(sent === 1, `there was to be space: ${sent}`)
        closeOpen(world, client, server)
      })
    },
  },
  {
    name: 'connect, accept',
    promise: 'a connection is whole, or gone',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const listener = listening(world, 2)
      const first = world.create()
      world.now((td) => first.connect(td, listener.handle))
      const client = world.of(0, world.create())
      const died = world.mortal(onDeath)
      const servers: (LockedSocket | undefined)[] = []
      thread('connects', () => world.run(0, (td) => client.connect(td, listener.handle)))
      thread('accepts', () => servers.push(world.run(1, (td) => listener.accept(td, false))))
      after(() => {
        for (let left = 3; left > 0; left--) {
          servers.push(world.now((td) => listener.accept(td, false)))
        }
        const open = servers.filter((one) => one !== undefined && one.state() === 'CONNECTED')
        const ends = [first, client].filter((one) => one.state() === 'CONNECTED')
        expectThat(open.length === ends.length, `${open.length} are connected to ${ends.length}`)
        if (!died.has(1)) expectThat(first.state() === 'CONNECTED', `it is ${first.state()}`)
        closeOpen(world, listener, first, client, ...servers)
      })
    },
  },
  {
    name: 'close, receive',
    promise: 'a receiver that sleeps comes to the end, or hears of a reset',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const [client, server] = world.pair()
      const [closer, receiver] = [world.of(0, client), world.of(1, server)]
      world.mortal(onDeath)
      let got: number | undefined
      thread('closes', () => world.run(0, (td) => closer.close(td)))
      thread('receives', () => (got = world.run(1, (td) => receives(td, receiver))))
      after(() => {
        const isTold = got === undefined || got === 0 || errnoOf(got) === ERRNO.ECONNRESET
        expectThat(isTold, `the end or ECONNRESET was to come: ${got}`)
        closeOpen(world, client, server)
      })
    },
  },
  {
    name: 'close that lingers, receive',
    promise: 'a receiver has the byte, then the end or a reset, and one that lingers is told',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const [client, server] = world.pair()
      world.now((td) => client.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 1000 }))
      world.now((td) => client.send(td, ONE))
      const [closer, receiver] = [world.of(0, client), world.of(1, server)]
      const died = world.mortal(onDeath)
      let got: number | undefined
      thread('closes', () => world.run(0, (td) => closer.close(td)))
      thread('receives', () => (got = world.run(1, (td) => receives(td, receiver))))
      after(() => {
        const isTold = got === undefined || got === 1 || errnoOf(got) === ERRNO.ECONNRESET
        expectThat(isTold, `the byte or ECONNRESET was to come: ${got}`)
        if (!died.has(0)) expectThat(client.state() === 'FREED', `it is ${client.state()}`)
        closeOpen(world, client, server)
      })
    },
  },
  {
    name: "setsockopt, receive on others' ends",
    promise: 'marks and space agree',
    threads: 2,
    bytes: 2,
    start(world, { thread, after, onDeath }) {
      const [client, server] = world.pair()
      world.mortal(onDeath)
      world.now((td) => client.send(td, ONE))
      thread('sets', () => world.run(0, (td) => server.setsockopt(td, 'SO_RCVBUF', 1)))
      thread('receives', () => world.run(1, (td) => receives(td, server)))
      after(() => {
        const most = world.now((td) => server.getsockopt(td, 'SO_RCVBUF'))
        while (world.now((td) => server.receive(td, new Uint8Array(1), 0, 1, false)) > 0);
        const sent = world.now((td) => client.send(td, new Uint8Array(9), 0, 9, false))
        expectThat(sent === most, `there was to be space for ${most}: ${sent}`)
        closeOpen(world, client, server)
      })
    },
  },
  {
    name: 'send where it is held back, accept of others',
    promise: 'a connection that has bytes can be accepted, or is reset',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const [listener, client] = filtered(world)
      world.mortal(onDeath)
      const servers: (LockedSocket | undefined)[] = []
      thread('sends', () => world.run(0, (td) => client.send(td, ONE, 0, 1, false)))
      thread('accepts', () => servers.push(world.run(1, (td) => listener.accept(td, false))))
      after(() => {
        if (client.state() === 'CONNECTED') {
          world.now((td) => client.send(td, ONE, 0, 1, false))
          servers.push(world.now((td) => listener.accept(td, false)))
          const server = servers.find((one) => one !== undefined)
          const got = server && world.now((td) => server.receive(td, new Uint8Array(1)))
          expectThat(got === 1, `a connection with a byte was to be there: ${got}`)
        }
        closeOpen(world, listener, client, ...servers)
      })
    },
  },
  {
    name: 'close of a listener, accept',
    promise: 'an acceptor is told, and what is queued is reset',
    threads: 2,
    start(world, { thread, after, onDeath }) {
      const listener = listening(world, 1)
      const client = world.create()
      world.now((td) => client.connect(td, listener.handle))
      world.of(0, listener)
      world.mortal(onDeath)
      const servers: (LockedSocket | undefined)[] = []
      thread('closes', () => world.run(0, (td) => listener.close(td)))
      thread('accepts', () => {
        for (const _ of [1, 2])
          tries(() => servers.push(world.run(1, (td) => listener.accept(td))))
      })
      after(() => closeOpen(world, client, listener, ...servers))
    },
  },
]
