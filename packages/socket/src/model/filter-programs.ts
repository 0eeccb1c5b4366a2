import type { LockedSocket } from '../locked/locked-socket.ts'
import { closeAll, expectThat, ONE, type SockProgram, tries } from './sock-acts.ts'
import type { SockWorld } from './sock-world.ts'

/** A listener that accepts what has sent something, and a client of it. */
export function filtered(world: SockWorld): [listener: LockedSocket, client: LockedSocket] {
  const [listener, client] = [world.create(), world.create()]
  world.now((td) => listener.listen(td, 1))
  world.now((td) => listener.setsockopt(td, 'SO_ACCEPTFILTER', 'dataready'))
  world.now((td) => client.connect(td, listener.handle))
  return [listener, client]
}

/** Programs in which connections are held back by an accept filter. A row each. */
export const filterPrograms: readonly SockProgram[] = [
  {
    name: 'send where it is held back, accept',
    promise: 'an acceptor that sleeps has the connection when bytes have come',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = filtered(world)
      let server: LockedSocket | undefined
      thread('sends', () => world.run(0, (td) => client.send(td, ONE)))
      thread('accepts', () => (server = world.run(1, (td) => listener.accept(td))))
      after(() => {
        const got = world.now((td) => server!.receive(td, new Uint8Array(2)))
        expectThat(got === 1, `a byte was to be there: ${got}`)
        closeAll(world, client, server!, listener)
      })
    },
  },
  {
    name: 'close where it is held back, accept',
    promise: 'an acceptor that sleeps has the connection when the end has come',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = filtered(world)
      let server: LockedSocket | undefined
      thread('closes', () => world.run(0, (td) => client.close(td)))
      thread('accepts', () => (server = world.run(1, (td) => listener.accept(td))))
      after(() => closeAll(world, server!, listener))
    },
  },
  {
    name: 'send where it is held back, shutdown',
    promise: 'a connection is let through once',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = filtered(world)
      thread('sends', () => tries(() => world.run(0, (td) => client.send(td, ONE))))
      thread('shuts', () => world.run(1, (td) => client.shutdown(td)))
      after(() => {
        const count = world.now((td) => listener.getsockopt(td, 'SO_LISTENQLEN'))
        expectThat(count === 1, `${count} connections are complete`)
        const server = world.now((td) => listener.accept(td, false))!
        closeAll(world, client, server, listener)
      })
    },
  },
  {
    name: 'send where it is held back, close of the listener',
    promise: 'a connection is reset once, and freed',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = filtered(world)
      thread('sends', () => world.run(0, (td) => client.send(td, ONE)))
      thread('closes', () => world.run(1, (td) => listener.close(td)))
      after(() => {
        expectThat(client.state() !== 'CONNECTED', `the client is ${client.state()}`)
        closeAll(world, client)
      })
    },
  },
  {
    name: 'send where it is held back, connect',
    promise: 'the oldest goes that has sent nothing, or is accepted with the next',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = filtered(world)
      const next = world.create()
      let refused = 0
      thread('sends', () => world.run(0, (td) => client.send(td, ONE)))
      thread('connects', () => (refused = world.run(1, (td) => next.connect(td, listener.handle))))
      after(() => {
        const asks = (name: 'SO_LISTENQLEN' | 'SO_LISTENINCQLEN') =>
          world.now((td) => listener.getsockopt(td, name))
        const [complete, held] = [asks('SO_LISTENQLEN'), asks('SO_LISTENINCQLEN')]
        const isKept = client.state() === 'CONNECTED'
        const isFair = isKept ? complete === 1 : complete === 0 && refused === 0
        const came = `${complete} complete, ${held} held back, the first is ${client.state()}`
        expectThat(isFair && held === (refused === 0 ? 1 : 0), came)
        closeAll(world, listener, client, next)
      })
    },
  },
]
