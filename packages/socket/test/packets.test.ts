import { SimRandom } from '@smpnet/machine/sim'
import { block } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  BROKEN,
  EDGE,
  Messages,
  PacketTooLong,
  READABLE,
  RESET,
  SocketDomain,
  SocketMisuse,
  webStreams,
  WOULD_BLOCK,
  WRITABLE,
  WrongKind,
} from '../src/index.ts'
import { DIRECTION } from '../src/pair-layout.ts'
import { bytesOf, goOnFrom, makeEnds } from './ends.ts'

const shape = { pairs: 4, bufferBytes: 64 }
const packets = () => SocketDomain.create(shape).pair({ kind: 'seqpacket' })
const room = (bytes = 60): Uint8Array => new Uint8Array(bytes)

function textOf(bytes: Uint8Array, length: number): string {
  return new TextDecoder().decode(bytes.subarray(0, length))
}

describe('A socket of packets', () => {
  it('receives each as a whole and for itself, in order', async () => {
    const [here, there] = packets()
    const to = room()
    for (const text of ['one', 'two and a half', '3']) here.sendSync(bytesOf(text))
    expect(textOf(to, there.receiveSync(to))).toBe('one')
    expect(textOf(to, await there.receive(to))).toBe('two and a half')
    expect(textOf(to, there.tryReceive(to))).toBe('3')
    expect(there.tryReceive(to)).toBe(WOULD_BLOCK)
    expect([here.kind, there.kind]).toEqual(['seqpacket', 'seqpacket'])
  })

  it('refuses one that could never be sent, and none, and changes nothing', async () => {
    const [here, there] = packets()
    const long = 'a packet has at most 60 bytes here, as its buffer has: one of 61 came'
    for (const act of ['trySend', 'sendSync', 'send'] as const) {
      const send = async (bytes: number): Promise<number> => here[act](room(bytes))
      await expect(send(61)).rejects.toThrow(PacketTooLong)
      await expect(send(61)).rejects.toThrow(long)
      await expect(send(0)).rejects.toThrow('a packet has at least 1 byte')
      expect(await send(60)).toBe(60)
      expect(there.tryReceive(room())).toBe(60)
    }
    expect(there.tryReceive(room())).toBe(WOULD_BLOCK)
  })

  it('keeps one for which there is too little room', async () => {
    const [here, there] = packets()
    here.sendSync(bytesOf('four'))
    for (const act of ['tryReceive', 'receiveSync', 'receive'] as const) {
      await expect((async () => there[act](room(3)))()).rejects.toThrow(
        'into room for all its 4 bytes: room for 3 came',
      )
    }
    expect(there.tryReceive(room(4))).toBe(4)
  })

  it('sends all of one or nothing of it, and says which', async () => {
    const [here, there] = packets()
    expect(here.trySend(room(40))).toBe(40)
    expect(here.trySend(room(17))).toBe(WOULD_BLOCK)
    expect(here.sendSync(room(17), { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    const sends = [here.send(room(17), { timeoutMs: 1 }), here.send(room(30), { timeoutMs: 1 })]
    expect(await Promise.all(sends)).toEqual([WOULD_BLOCK, WOULD_BLOCK])
    const ends = { signal: AbortSignal.abort('enough') }
    await expect(here.send(room(17), ends)).rejects.toBe('enough')
    const waiting = here.send(room(60))
    expect(there.receiveSync(room())).toBe(40)
    expect(await there.receive(room())).toBe(60)
    expect(await waiting).toBe(60)
    expect(here.trySend(room(16))).toBe(16)
  })

  it('ends as a stream does: what is left, then 0 or a reset, and a broken pipe', () => {
    const [here, there] = packets()
    here.sendSync(bytesOf('last'))
    here.close()
    expect([1, 2, 3].map(() => there.tryReceive(room()))).toEqual([4, 0, 0])
    expect(there.trySend(room(1))).toBe(BROKEN)
    const [one, other] = packets()
    one.sendSync(bytesOf('last'))
    one.abort()
    expect([1, 2, 3].map(() => other.tryReceive(room()))).toEqual([4, RESET, 0])
  })

  it('goes on where positions and headers turn over', () => {
    const { zone, atA, lot } = makeEnds({ pairs: 2, bufferBytes: 64 })
    const [a, b] = zone.pairSync(atA, 'seqpacket')
    for (let from = -80; from < 20; from++) {
      goOnFrom(lot, a.handle.at + (a.sending.at - a.handle.at), from)
      const sent = Uint8Array.from([from, 2, 3, 4, 5])
      expect(a.trySend(atA, sent)).toBe(5)
      const to = room()
      expect(b.tryReceive(atA, to)).toBe(5)
      expect([...to.subarray(0, 5)]).toEqual([...sent])
      expect(lot.memory.load(a.sending.at + DIRECTION.offset.received)).toBe((from + 9) | 0)
    }
  })

  it('is readable for one packet, and writable where a byte has space', () => {
    const domain = SocketDomain.create(shape)
    const [here, there] = domain.pair({ kind: 'seqpacket' })
    const poller = domain.poller()
    poller.add(there, READABLE | EDGE)
    poller.add(here, WRITABLE)
    const now = () => poller.waitSync({ timeoutMs: 0 })
    expect(now()).toEqual([here])
    here.trySend(room(56))
    expect(now()).toEqual([there])
    expect(now()).toEqual([])
    there.tryReceive(room())
    expect(now()).toEqual([here])
  })

  it('is what a name is listened at for, or a connect is refused', async () => {
    const domain = SocketDomain.create(shape)
    const listener = domain.listen('records', { kind: 'seqpacket' })
    const stream = domain.listen('bytes')
    const wrong = "the socket at 'records' is of kind 'seqpacket': one of kind 'stream' came"
    expect(() => domain.connectSync('records')).toThrow(WrongKind)
    await expect(domain.connect('records')).rejects.toThrow(wrong)
    expect(() => domain.connectSync('bytes', { kind: 'seqpacket' })).toThrow('one of')
    const here = domain.connectSync('records', { kind: 'seqpacket' })
    const there = listener.acceptSync()
    for (const text of ['a', 'bc']) here.sendSync(bytesOf(text))
    const to = room()
    expect([there.receiveSync(to), there.receiveSync(to)]).toEqual([1, 2])
    for (const end of [here, there, listener, stream]) end.close()
    expect(domain.zone.open()).toBe(0)
    const [again] = domain.pair()
    expect(again.kind).toBe('stream')
  })

  it('is none of a kind that there is not, and no stream', () => {
    const domain = SocketDomain.create(shape)
    const sentence = "a socket is of kind 'stream' or 'seqpacket'"
    for (const kind of ['raw', '', null, 1, {}] as never[]) {
      expect(() => domain.pair({ kind })).toThrow(sentence)
      expect(() => domain.listen('x', { kind })).toThrow(sentence)
      expect(() => domain.connectSync('x', { kind })).toThrow(sentence)
    }
    expect(() => domain.pair({ king: 'stream' } as never)).toThrow('king came')
    expect(domain.zone.open()).toBe(0)
    const [here] = packets()
    expect(() => new Messages(here)).toThrow(SocketMisuse)
    expect(() => webStreams(here)).toThrow("go over a socket of kind 'stream': 'seqpacket' came")
  })

  it('gives what was sent, of random lengths, by tries and by calls that wait', () => {
    expect([1, 2, 3].map((seed) => wrongAtRandom(seed))).toEqual([[], [], []])
  })
})

/** What came otherwise than a queue of packets has it, in so many random calls. */
function wrongAtRandom(seed: number, calls = 3000): unknown[] {
  const random = new SimRandom(seed)
  const { zone, atA, atB } = makeEnds({ pairs: 2, bufferBytes: 64 })
  const [a, b] = zone.pairSync(atA, 'seqpacket')
  const sent: number[][] = []
  const wrong: unknown[] = []
  const compare = (came: unknown, expected: unknown): void => {
    if (`${came}` !== `${expected}`) wrong.push({ came, expected })
  }
  for (let i = 0; i < calls; i++) {
    const packet = Uint8Array.from({ length: 1 + random.below(60) }, () => random.below(256))
    if (random.below(2) === 0) {
      const held = sent.reduce((sum, { length }) => sum + length + 4, 0)
      const isTry = random.below(2) === 0
      const wait = (): number => block(atA, a.send(atA, packet, 0, packet.length, false))
      const result = isTry ? a.trySend(atA, packet) : wait()
      compare(result, held + packet.length > 60 ? WOULD_BLOCK : packet.length)
      if (result > 0) sent.push([...packet])
    } else {
      const to = room()
      const taken = b.tryReceive(atB, to)
      compare(taken < 0 ? undefined : [...to.subarray(0, taken)], sent.shift())
    }
  }
  return wrong
}
