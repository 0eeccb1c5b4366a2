import { describe, expect, it } from 'vitest'
import { SocketDomain } from '../src/index.ts'
import { lockOf } from '../src/listen-queue.ts'
import { bytesOf } from './ends.ts'

const make = () => SocketDomain.create({ pairs: 4, bufferBytes: 64, names: 3 })
const text = (bytes: Uint8Array | undefined): string | undefined => {
  return bytes && new TextDecoder().decode(bytes)
}

describe('Datagrams between threads', () => {
  it('come whole and in order, with the name of their sender', async () => {
    const domain = make()
    const [one, two, here] = ['one', 'two', 'here'].map((name) => domain.datagrams(name))
    expect(one!.trySendTo('here', bytesOf('first'))).toBe(true)
    expect(two!.trySendTo('here', bytesOf(''))).toBe(true)
    expect(one!.trySendTo('here', bytesOf('third'))).toBe(true)
    const came = [here!.receiveSync(), await here!.receive(), here!.tryReceive()]
    expect(came.map((datagram) => [datagram?.from, text(datagram?.bytes)])).toEqual([
      ['one', 'first'],
      ['two', ''],
      ['one', 'third'],
    ])
    expect(here!.tryReceive()).toBeUndefined()
    expect(here!.receiveSync({ timeoutMs: 1 })).toBeUndefined()
    expect(here!.trySendTo(came[0]!.from, bytesOf('back'))).toBe(true)
    expect(text(one!.receiveSync().bytes)).toBe('back')
  })

  it('are awaited by several calls, a datagram each', async () => {
    const domain = make()
    const [one, here] = ['one', 'here'].map((name) => domain.datagrams(name))
    const waiting = [here!.receive(), here!.receive(), here!.receive({ timeoutMs: 1 })]
    for (const sent of ['a', 'b']) one!.trySendTo('here', bytesOf(sent))
    const came = await Promise.all(waiting)
    expect(came.map((datagram) => text(datagram?.bytes))).toEqual(['a', 'b', undefined])
  })

  it('are refused where there is no space, which is counted, and nothing of them comes', () => {
    const domain = make()
    const [one, here] = ['one', 'here'].map((name) => domain.datagrams(name))
    expect(one!.mostBytes).toBe(56)
    expect(one!.trySendTo('here', new Uint8Array(40))).toBe(true)
    expect(one!.trySendTo('here', new Uint8Array(20))).toBe(false)
    expect([here!.refused, one!.refused]).toEqual([1, 0])
    expect(one!.trySendTo('here', new Uint8Array(8))).toBe(true)
    expect([1, 2].map(() => here!.receiveSync().bytes.length)).toEqual([40, 8])
    expect(one!.trySendTo('here', new Uint8Array(56))).toBe(true)
    expect(() => one!.trySendTo('here', new Uint8Array(57))).toThrow(
      'a packet has at most 60 bytes',
    )
  })

  it('find their receiver by its name, as long as it is there and of their kind', () => {
    const domain = make()
    const one = domain.datagrams('one')
    expect(() => one.trySendTo('here', bytesOf('x'))).toThrow("no socket listens at 'here'")
    const listener = domain.listen('here')
    expect(() => one.trySendTo('here', bytesOf('x'))).toThrow(
      "the socket at 'here' is of kind 'stream': one of kind 'dgram' came",
    )
    listener.close()
    const here = domain.datagrams('here')
    expect(() => domain.connectSync('here')).toThrow("is of kind 'dgram': one of kind 'stream'")
    expect(() => domain.datagrams('here')).toThrow("another has 'here'")
    expect(one.trySendTo('here', bytesOf('x'))).toBe(true)
    here.close()
    expect(() => one.trySendTo('here', bytesOf('x'))).toThrow("no socket listens at 'here'")
    const again = domain.datagrams('here')
    expect(again.tryReceive()).toBeUndefined()
    for (const socket of [one, again]) socket.close()
    expect([domain.zone.open(), domain.zone.names.inUse()]).toEqual([0, 0])
    expect(domain.zone.buffers.inUse()).toBe(0)
    expect(() => one.trySendTo('here', bytesOf('x'))).toThrow('until their socket is closed')
    expect(() => one.receiveSync()).toThrow('an end is used until it is closed')
    expect(() => one.close()).toThrow('an end is used until it is closed')
  })

  it('refuse what is no name and no bytes', () => {
    const domain = make()
    const one = domain.datagrams('one')
    for (const name of ['', 'x'.repeat(105)]) {
      expect(() => domain.datagrams(name)).toThrow(RangeError)
      expect(() => one.trySendTo(name, bytesOf('x'))).toThrow(RangeError)
    }
    for (const name of [undefined, null, 1, {}] as never[]) {
      expect(() => domain.datagrams(name)).toThrow('the name of a socket is a text')
      expect(() => one.trySendTo(name, bytesOf('x'))).toThrow('the name of a socket is a text')
    }
    for (const bytes of [undefined, 'text', [1], new Uint16Array(1)] as never[]) {
      expect(() => one.trySendTo('one', bytes)).toThrow('bytes come as a Uint8Array')
    }
    expect(domain.zone.open()).toBe(1)
    expect(one.tryReceive()).toBeUndefined()
  })

  it('are not sent while another has the lock, who may have ended, and do not fail by it', () => {
    const domain = make()
    const [one, here] = ['one', 'here'].map((name) => domain.datagrams(name))
    const lock = lockOf(here!.socket.handle.end.at)
    domain.zone.memory.store(lock, 1 + 9)
    expect(one!.trySendTo('here', bytesOf('x'))).toBe(false)
    expect([here!.refused, here!.tryReceive()]).toEqual([0, undefined])
    domain.zone.memory.store(lock, 0)
    expect(one!.trySendTo('here', bytesOf('x'))).toBe(true)
  })

  it('leave nothing where a name is taken, or there is none left', () => {
    const domain = make()
    for (const name of ['one', 'two', 'three']) domain.datagrams(name)
    expect(() => domain.datagrams('two')).toThrow("another has 'two'")
    expect(() => domain.datagrams('four')).toThrow('all 3 names are in use')
    expect(domain.zone.open()).toBe(3)
  })
})
