import { ERRNO, errnoOf } from '../datagram/results.ts'
import type { LockedSocket } from '../locked/locked-socket.ts'
import {
  closeAll,
  expectThat,
  listening,
  ONE,
  receives,
  sends,
  type SockProgram,
  tries,
} from './sock-acts.ts'

/** Every program of two threads, a row each. */
export const sockPrograms: readonly SockProgram[] = [
  {
    name: 'send, shutdown',
    promise: 'nothing is received after the end',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let [sent, first] = [0, 0]
      thread('sends', () => (sent = world.run(0, (td) => sends(td, client))))
      thread('shuts', () => {
        world.run(1, (td) => client.shutdown(td))
        first = world.run(1, (td) => receives(td, server))
      })
      after(() => {
        const second = world.now((td) => receives(td, server))
        expectThat(first > 0 || second === 0, `the end came, and then ${second} byte`)
        const came = `${sent} sent, ${first} and ${second} came`
        expectThat(first + second === Math.max(sent, 0), came)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, receive, reset',
    promise: 'a reset is reported once',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => server.abort(td))
      const results: number[] = []
      thread('sends', () => results.push(world.run(0, (td) => client.send(td, ONE))))
      thread('receives', () => results.push(world.run(1, (td) => receives(td, client))))
      after(() => {
        const reports = results.filter((result) => errnoOf(result) === ERRNO.ECONNRESET)
        expectThat(reports.length === 1, `the reset was reported ${reports.length} times`)
        closeAll(world, client)
      })
    },
  },
  {
    name: 'connect, connect',
    promise: 'one socket has one connection',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 2)
      const client = world.create()
      for (const i of [0, 1]) {
        thread(`connects ${i}`, () =>
          tries(() => world.run(i, (td) => client.connect(td, listener.handle))),
        )
      }
      after(() => {
        const server = world.now((td) => listener.accept(td, false))!
        const other = world.now((td) => listener.accept(td, false))
        expectThat(other === undefined, 'a socket is connected twice, and one peer is lost')
        closeAll(world, listener, client, server)
      })
    },
  },
  {
    name: 'connect, listen',
    promise: 'a socket connects or listens',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      thread('connects', () =>
        tries(() => world.run(0, (td) => client.connect(td, listener.handle))),
      )
      thread('listens', () => tries(() => world.run(1, (td) => client.listen(td, 1))))
      after(() => closeAll(world, client, listener))
    },
  },
  {
    name: 'connect, accept',
    promise: 'a connection is accepted, whoever comes first',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      let server: LockedSocket | undefined
      thread('connects', () => world.run(0, (td) => client.connect(td, listener.handle)))
      thread('accepts', () => (server = world.run(1, (td) => listener.accept(td))))
      after(() => {
        expectThat(client.state() === 'CONNECTED', `the client is ${client.state()}`)
        closeAll(world, client, server!, listener)
      })
    },
  },
  {
    name: 'accept, close of the listener',
    promise: 'an acceptor is told, and no connection is lost',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      let server: LockedSocket | undefined
      thread('accepts', () => {
        tries(() => (server = world.run(0, (td) => listener.accept(td))))
      })
      thread('closes', () => world.run(1, (td) => listener.close(td)))
      after(() => closeAll(world, ...(server === undefined ? [] : [server])))
    },
  },
  {
    name: 'connect, close of the listener',
    promise: 'a connection is refused or reset',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      thread('connects', () => world.run(0, (td) => client.connect(td, listener.handle)))
      thread('closes', () => world.run(1, (td) => listener.close(td)))
      after(() => {
        const state = client.state()
        expectThat(state === 'CREATED' || state === 'RESET', `the client is ${state}`)
        closeAll(world, client)
      })
    },
  },
  {
    name: 'accept, abort of the client',
    promise: 'what is accepted hears of the reset',
    threads: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      let server: LockedSocket | undefined
      world.now((td) => client.connect(td, listener.handle))
      let got = 0
      thread('accepts', () => {
        server = world.run(0, (td) => listener.accept(td))!
        got = world.run(0, (td) => receives(td, server!))
      })
      thread('aborts', () => world.run(1, (td) => client.abort(td)))
      after(() => {
        expectThat(errnoOf(got) === ERRNO.ECONNRESET, `ECONNRESET was to come: ${got}`)
        closeAll(world, server!, listener)
      })
    },
  },
  {
    name: 'close, abort',
    promise: 'both ends are freed, each once',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      thread('closes', () => world.run(0, (td) => client.close(td)))
      thread('aborts', () => world.run(1, (td) => server.abort(td)))
      after(() => closeAll(world))
    },
  },
  {
    name: 'close, close of one end',
    promise: 'a socket is closed once',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      for (const i of [0, 1]) {
        thread(`closes ${i}`, () => tries(() => world.run(i, (td) => client.close(td))))
      }
      after(() => closeAll(world, server))
    },
  },
  {
    name: 'receive, shutdown',
    promise: 'a receiver that sleeps comes to the end',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let got = -1
      thread('receives', () => (got = world.run(0, (td) => server.receive(td, new Uint8Array(1)))))
      thread('shuts', () => world.run(1, (td) => client.shutdown(td)))
      after(() => {
        expectThat(got === 0, `the end was to come: ${got}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, shutdown of receiving',
    promise: 'a sender that sleeps is told',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.send(td, ONE))
      let sent = 0
      thread('sends', () => (sent = world.run(0, (td) => client.send(td, ONE))))
      thread('shuts', () => world.run(1, (td) => server.shutdownReceive(td)))
      after(() => {
        expectThat(errnoOf(sent) === ERRNO.EPIPE, `EPIPE was to come: ${sent}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send into a full buffer, receive',
    promise: 'no wakeup is lost in either buffer',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.send(td, Uint8Array.of(1)))
      const got: number[] = []
      thread('sends', () => world.run(0, (td) => client.send(td, Uint8Array.of(2))))
      thread('receives', () => {
        for (let left = 2; left > 0; left--) {
          const byte = new Uint8Array(1)
          world.run(1, (td) => server.receive(td, byte))
          got.push(byte[0]!)
        }
      })
      after(() => {
        expectThat(got.join() === '1,2', `1 and 2 were to come: ${got.join()}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, close of the peer',
    promise: 'the last reference waits for the protocol',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      thread('sends', () => {
        world.run(0, (td) => client.send(td, ONE))
        world.run(0, (td) => client.close(td))
      })
      thread('closes', () => world.run(1, (td) => server.close(td)))
      after(() => closeAll(world))
    },
  },
  {
    name: 'receive, abort of the peer',
    promise: 'a receiver that sleeps hears of a reset',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let got = 0
      thread('receives', () => (got = world.run(0, (td) => server.receive(td, new Uint8Array(1)))))
      thread('aborts', () => world.run(1, (td) => client.abort(td)))
      after(() => {
        expectThat(errnoOf(got) === ERRNO.ECONNRESET, `ECONNRESET was to come: ${got}`)
        closeAll(world, server)
      })
    },
  },
]
