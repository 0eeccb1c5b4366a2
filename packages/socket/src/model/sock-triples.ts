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

/** Programs of three threads, a row each. */
export const sockTriples: readonly SockProgram[] = [
  {
    name: 'connect, accept, close of the listener',
    promise: 'a connection is accepted, refused or reset',
    threads: 3,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      let server: LockedSocket | undefined
      let result = -1
      thread('connects', () => {
        result = world.run(0, (td) => client.connect(td, listener.handle))
      })
      thread('accepts', () => {
        tries(() => (server = world.run(1, (td) => listener.accept(td))))
      })
      thread('closes', () => world.run(2, (td) => listener.close(td)))
      after(() => {
        const state = client.state()
        const isRefused = errnoOf(result) === ERRNO.ECONNREFUSED
        const expected = server ? ['CONNECTED'] : isRefused ? ['CREATED'] : ['RESET']
        expectThat(expected.includes(state), `the client is ${state}, and came to ${result}`)
        closeAll(world, client, ...(server === undefined ? [] : [server]))
      })
    },
  },
  {
    name: 'connect, accept, abort of the client',
    promise: 'what is accepted is connected, or hears of the reset',
    threads: 3,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      let server: LockedSocket | undefined
      let isAborted = false
      thread('connects', () => {
        tries(() => world.run(0, (td) => client.connect(td, listener.handle)))
      })
      thread('accepts', () => (server = world.run(1, (td) => listener.accept(td, false))))
      thread('aborts', () => {
        tries(() => {
          world.run(2, (td) => client.abort(td))
          isAborted = true
        })
      })
      after(() => {
        server ??= world.now((td) => listener.accept(td, false))
        const expected = isAborted ? 'RESET' : 'CONNECTED'
        if (server) expectThat(server.state() === expected, `the server is ${server.state()}`)
        const left = isAborted ? [] : [client]
        closeAll(world, listener, ...left, ...(server === undefined ? [] : [server]))
      })
    },
  },
  {
    name: 'accept, accept, connect',
    promise: 'each connection is accepted once',
    threads: 3,
    start(world, { thread, after }) {
      const listener = listening(world, 2)
      const [first, second] = [world.create(), world.create()]
      world.now((td) => first.connect(td, listener.handle))
      const servers: LockedSocket[] = []
      for (const i of [0, 1]) {
        thread(`accepts ${i}`, () => servers.push(world.run(i, (td) => listener.accept(td))!))
      }
      thread('connects', () => world.run(2, (td) => second.connect(td, listener.handle)))
      after(() => {
        const distinct = new Set(servers.map(({ handle }) => handle.at)).size
        expectThat(distinct === 2, `two sockets were to be accepted: ${distinct}`)
        closeAll(world, first, second, listener, ...servers)
      })
    },
  },
  {
    name: 'send, receive, shutdown',
    promise: 'a receiver has what was sent, or the end',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let [sent, got] = [0, -1]
      thread('sends', () => (sent = world.run(0, (td) => sends(td, client))))
      thread('receives', () => (got = world.run(1, (td) => receives(td, server))))
      thread('shuts', () => world.run(2, (td) => client.shutdown(td)))
      after(() => {
        expectThat(got === Math.max(sent, 0), `${sent} sent, and ${got} came`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, receive, shutdown of receiving',
    promise: 'a sender that sleeps has space, or is told that nobody takes more',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.send(td, ONE))
      let [sent, got] = [0, -1]
      thread('sends', () => (sent = world.run(0, (td) => client.send(td, ONE))))
      thread('receives', () => (got = world.run(1, (td) => receives(td, server))))
      thread('shuts', () => world.run(2, (td) => server.shutdownReceive(td)))
      after(() => {
        const isTold = errnoOf(sent) === ERRNO.EPIPE
        expectThat(isTold || (sent === 1 && got === 1), `${sent} sent, and ${got} came`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, receive, receive',
    promise: 'no receiver sleeps while there are bytes',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.send(td, ONE))
      const got: number[] = []
      thread('sends', () => world.run(0, (td) => client.send(td, ONE)))
      for (const i of [1, 2]) {
        thread(`receives ${i}`, () => got.push(world.run(i, (td) => receives(td, server))))
      }
      after(() => {
        expectThat(got.join() === '1,1', `a byte each was to come: ${got.join()}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, send, receive',
    promise: 'no sender sleeps while there is space',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let got = 0
      for (const i of [0, 1]) {
        thread(`sends ${i}`, () => world.run(i, (td) => client.send(td, ONE)))
      }
      thread('receives', () => {
        for (const _ of [0, 1]) got += world.run(2, (td) => receives(td, server))
      })
      after(() => {
        expectThat(got === 2, `two bytes were to come: ${got}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, receive, abort of the sender',
    promise: 'a receiver has a byte, or hears of the reset',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      let got = 0
      thread('sends', () => tries(() => world.run(0, (td) => client.send(td, ONE))))
      thread('receives', () => (got = world.run(1, (td) => receives(td, server))))
      thread('aborts', () => world.run(2, (td) => client.abort(td)))
      after(() => {
        const isReset = errnoOf(got) === ERRNO.ECONNRESET
        expectThat(got === 1 || isReset, `a byte or ECONNRESET was to come: ${got}`)
        closeAll(world, server)
      })
    },
  },
  {
    name: 'send, close, close of the peer',
    promise: 'the last reference waits for the protocol',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      thread('sends', () => tries(() => world.run(0, (td) => client.send(td, ONE))))
      thread('closes', () => world.run(1, (td) => client.close(td)))
      thread('closes the peer', () => world.run(2, (td) => server.close(td)))
      after(() => closeAll(world))
    },
  },
  {
    name: 'close, abort, receive',
    promise: 'both ends are freed, each once, whoever is called back',
    threads: 3,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      thread('closes', () => world.run(0, (td) => client.close(td)))
      thread('aborts', () => tries(() => world.run(1, (td) => server.abort(td))))
      const same = world.opened(server)
      thread('receives', () => tries(() => world.run(2, (td) => receives(td, same))))
      after(() => closeAll(world))
    },
  },
]
