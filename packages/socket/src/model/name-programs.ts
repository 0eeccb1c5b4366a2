import { ERRNO, errnoOf } from '../datagram/results.ts'
import { closeAll, expectThat, type SockProgram, tries } from './sock-acts.ts'

/** Programs in which a name is given, found or let go beside another call. A row each. */
export const namePrograms: readonly SockProgram[] = [
  {
    name: 'bind, bind of one name',
    promise: 'a name is of one socket',
    threads: 2,
    start(world, { thread, after }) {
      const sockets = [world.create(), world.create()]
      const results: number[] = []
      for (const [i, socket] of sockets.entries()) {
        thread(`binds ${i}`, () => results.push(world.run(i, (td) => socket.bind(td, 'x'))))
      }
      after(() => {
        const errors = results.map(errnoOf).toSorted((a, b) => a - b)
        expectThat(errors.join() === `0,${ERRNO.EADDRINUSE}`, `binds came to ${errors.join()}`)
        closeAll(world, ...sockets)
        expectThat(world.names.inUse() === 0, 'a name is left')
      })
    },
  },
  {
    name: 'bind, bind of one socket',
    promise: 'a socket has one name',
    threads: 2,
    start(world, { thread, after }) {
      const socket = world.create()
      for (const i of [0, 1]) {
        const same = world.opened(socket)
        thread(`binds ${i}`, () => tries(() => world.run(i, (td) => same.bind(td, `${i}`))))
      }
      after(() => {
        expectThat(world.names.inUse() === 1, `${world.names.inUse()} names are in use`)
        closeAll(world, socket)
        expectThat(world.names.inUse() === 0, 'a name is left')
      })
    },
  },
  {
    name: 'bind, close',
    promise: 'nothing is written into a block that is free, and the name is',
    threads: 2,
    start(world, { thread, after }) {
      const socket = world.create()
      const same = world.opened(socket)
      thread('binds', () => tries(() => world.run(0, (td) => same.bind(td, 'x'))))
      thread('closes', () => world.run(1, (td) => socket.close(td)))
      after(() => {
        closeAll(world)
        expectThat(world.names.inUse() === 0, 'a name is left')
      })
    },
  },
  {
    name: 'connect by name, close of the listener',
    promise: 'a connection is refused or reset, and its name can be given again',
    threads: 2,
    start(world, { thread, after }) {
      const [listener, client] = [world.create(), world.create()]
      world.now((td) => listener.bind(td, 'x'))
      world.now((td) => listener.listen(td, 1))
      thread('connects', () => world.run(0, (td) => client.connect(td, 'x')))
      thread('closes', () => world.run(1, (td) => listener.close(td)))
      after(() => {
        const state = client.state()
        expectThat(state === 'CREATED' || state === 'RESET', `the client is ${state}`)
        const next = world.create()
        expectThat(world.now((td) => next.bind(td, 'x')) === 0, 'the name was to be free')
        closeAll(world, client, next)
      })
    },
  },
  {
    name: 'close, bind of its name',
    promise: 'the name is in use, or free, and the next has it for itself',
    threads: 2,
    start(world, { thread, after }) {
      const [first, second] = [world.create(), world.create()]
      world.now((td) => first.bind(td, 'x'))
      let result = 0
      thread('closes', () => world.run(0, (td) => first.close(td)))
      thread('binds', () => (result = errnoOf(world.run(1, (td) => second.bind(td, 'x')))))
      after(() => {
        const names = world.names.inUse()
        expectThat(names === (result === 0 ? 1 : 0), `${names} names after errno ${result}`)
        closeAll(world, second)
      })
    },
  },
]
