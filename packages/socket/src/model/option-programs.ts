import { ERRNO, errnoOf } from '../datagram/results.ts'
import { closeAll, expectThat, listening, receives, type SockProgram, tries } from './sock-acts.ts'

const TWO = Uint8Array.of(1, 2)

/** Programs in which an option is set or asked for beside another call. A row each. */
export const optionPrograms: readonly SockProgram[] = [
  {
    name: 'setsockopt, close',
    promise: 'no option is written into a block that is free',
    threads: 2,
    start(world, { thread, after }) {
      const socket = world.create()
      const same = world.opened(socket)
      thread('sets', () =>
        tries(() => world.run(0, (td) => same.setsockopt(td, 'SO_RCVTIMEO', 9))),
      )
      thread('closes', () => world.run(1, (td) => socket.close(td)))
      after(() => closeAll(world))
    },
  },
  {
    name: 'setsockopt, close of one end',
    promise: 'no option is written into a block that is free, or counted for one',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      const same = world.opened(client)
      thread('sets', () => tries(() => world.run(0, (td) => same.setsockopt(td, 'SO_SNDBUF', 1))))
      thread('closes', () => {
        world.run(1, (td) => server.close(td))
        world.run(1, (td) => client.close(td))
      })
      after(() => closeAll(world))
    },
  },
  {
    name: 'connect, setsockopt',
    promise: 'a mark that is set during a connect counts after it',
    threads: 2,
    bytes: 2,
    start(world, { thread, after }) {
      const listener = listening(world, 1)
      const client = world.create()
      const same = world.opened(client)
      thread('connects', () => world.run(0, (td) => client.connect(td, listener.handle)))
      thread('sets', () => world.run(1, (td) => same.setsockopt(td, 'SO_SNDBUF', 1)))
      after(() => {
        const sent = world.now((td) => client.send(td, TWO, 0, 2, false))
        expectThat(sent === 1, `a byte was to be sent: ${sent}`)
        const server = world.now((td) => listener.accept(td, false))!
        closeAll(world, listener, client, server)
      })
    },
  },
  {
    name: 'setsockopt, setsockopt of the peer',
    promise: 'of two marks that are set at once, the smaller counts',
    threads: 2,
    bytes: 4,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      thread('sets what it sends', () =>
        world.run(0, (td) => client.setsockopt(td, 'SO_SNDBUF', 1)),
      )
      thread('sets what it takes', () =>
        world.run(1, (td) => server.setsockopt(td, 'SO_RCVBUF', 2)),
      )
      after(() => {
        const sent = world.now((td) => client.send(td, TWO, 0, 2, false))
        expectThat(sent === 1, `a byte was to be sent: ${sent}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send into a full buffer, setsockopt',
    promise: 'a sender that sleeps goes on when there may be more',
    threads: 2,
    bytes: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => server.setsockopt(td, 'SO_RCVBUF', 1))
      let sent = 0
      thread('sends', () => (sent = world.run(0, (td) => client.send(td, TWO))))
      thread('sets', () => world.run(1, (td) => server.setsockopt(td, 'SO_RCVBUF', 2)))
      after(() => {
        expectThat(sent === 2, `two bytes were to be sent: ${sent}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, setsockopt of less',
    promise: 'a mark that is lowered under a send takes no byte back',
    threads: 2,
    bytes: 4,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.send(td, new Uint8Array(3)))
      let sent = 0
      thread('sends', () => (sent = world.run(0, (td) => client.send(td, TWO, 0, 1, false))))
      thread('sets', () => world.run(1, (td) => server.setsockopt(td, 'SO_RCVBUF', 1)))
      after(() => {
        const got = world.now((td) => server.receive(td, new Uint8Array(4)))
        expectThat(got === 3 + Math.max(sent, 0), `${sent} was sent after 3, and ${got} came`)
        const next = world.now((td) => client.send(td, TWO, 0, 2, false))
        expectThat(next === 1, `there was to be space for one: ${next}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'receive of two, setsockopt',
    promise: 'a receiver that sleeps goes on when fewer bytes are enough',
    threads: 2,
    bytes: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => server.setsockopt(td, 'SO_RCVLOWAT', 2))
      world.now((td) => client.send(td, TWO, 0, 1))
      let got = 0
      thread('receives', () => (got = world.run(0, (td) => server.receive(td, new Uint8Array(2)))))
      thread('sets', () => world.run(1, (td) => server.setsockopt(td, 'SO_RCVLOWAT', 1)))
      after(() => {
        expectThat(got === 1, `a byte was to come: ${got}`)
        closeAll(world, client, server)
      })
    },
  },
  {
    name: 'send, SO_ERROR, reset',
    promise: 'a reset is reported once',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => server.abort(td))
      const errors: number[] = []
      thread('sends', () => errors.push(errnoOf(world.run(0, (td) => client.send(td, TWO)))))
      thread('asks', () => errors.push(world.run(1, (td) => client.getsockopt(td, 'SO_ERROR'))))
      after(() => {
        const reports = errors.filter((errno) => errno === ERRNO.ECONNRESET)
        expectThat(reports.length === 1, `the reset was reported ${reports.length} times`)
        closeAll(world, client)
      })
    },
  },
  {
    name: 'close that lingers, receive',
    promise: 'it is over when the peer has taken all',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 1000 }))
      world.now((td) => client.send(td, TWO, 0, 1))
      let [result, first, second] = [-1, -1, -1]
      thread('closes', () => (result = world.run(0, (td) => client.close(td))))
      thread('receives', () => {
        first = world.run(1, (td) => receives(td, server))
        second = world.run(1, (td) => receives(td, server))
      })
      after(() => {
        const came = `${result} was the close, and ${first} and ${second} came`
        expectThat(result === 0 && first === 1 && second === 0, came)
        closeAll(world, server)
      })
    },
  },
  {
    name: 'close that lingers, close of the peer',
    promise: 'it is over when nobody takes more, and both ends are freed',
    threads: 2,
    start(world, { thread, after }) {
      const [client, server] = world.pair()
      world.now((td) => client.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 1000 }))
      world.now((td) => client.send(td, TWO, 0, 1))
      thread('closes', () => world.run(0, (td) => client.close(td)))
      thread('closes the peer', () => world.run(1, (td) => server.close(td)))
      after(() => closeAll(world))
    },
  },
]
