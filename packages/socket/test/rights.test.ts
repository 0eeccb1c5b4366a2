import { finish } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { READABLE, SocketDomain, type ThreadSocket, WOULD_BLOCK } from '../src/index.ts'
import { sendRights } from '../src/passing.ts'
import { NOTE } from '../src/pair-layout.ts'
import { claim } from '../src/rights.ts'
import { bytesOf, makeEnds } from './ends.ts'

const make = () => SocketDomain.create({ pairs: 6, bufferBytes: 256 })
const packets = (domain: SocketDomain) => domain.pair({ kind: 'seqpacket' })
const room = (bytes = 250): Uint8Array => new Uint8Array(bytes)

function hears(socket: ThreadSocket): string {
  try {
    return `${socket.receiveSync(room(), { timeoutMs: 0 })}`
  } catch (error) {
    return (error as Error).name
  }
}

describe('Ends that go with a packet', () => {
  it('are used by its receiver, with what was in them, and are where their packet is', async () => {
    const domain = make()
    const [here, there] = packets(domain)
    const [one, other] = domain.pair()
    const [two, another] = packets(domain)
    one.sendSync(bytesOf('before'))
    here.sendSync(bytesOf('first'))
    expect(here.sendRightsSync(bytesOf('with two'), [other, another])).toBe(8)
    expect(await here.sendRights(bytesOf('with none'), [])).toBe(9)
    const to = room()
    expect(there.receiveSync(to)).toBe(5)
    const { length, ends } = there.receiveRightsSync(to)
    expect(new TextDecoder().decode(to.subarray(0, length))).toBe('with two')
    expect(ends.map(({ kind }) => kind)).toEqual(['stream', 'seqpacket'])
    expect(ends[0]!.receiveSync(to)).toBe(6)
    two.sendSync(bytesOf('after'))
    expect(ends[1]!.receiveSync(to)).toBe(5)
    expect(await there.receiveRights(to)).toEqual({ length: 9, ends: [] })
    expect(await there.receiveRights(to, { timeoutMs: 1 })).toEqual({
      length: WOULD_BLOCK,
      ends: [],
    })
    for (const end of [here, there, one, two, ...ends]) end.close()
    expect(domain.zone.open()).toBe(0)
  })

  it('are not used any more by the one that sent them', () => {
    const domain = make()
    const [[here, there], [one, other]] = [packets(domain), domain.pair()]
    here.sendRightsSync(bytesOf('x'), [other])
    expect(() => other.sendSync(bytesOf('x'))).toThrow('an end is used until it is sent: it was')
    expect(() => other.close()).toThrow('an end is used until it is sent')
    other[Symbol.dispose]()
    const [end] = there.receiveRightsSync(room()).ends
    one.sendSync(bytesOf('y'))
    expect(end!.receiveSync(room())).toBe(1)
  })

  it('are closed with the end that was to receive them, and their peers hear of it', () => {
    for (const how of ['close', 'abort'] as const) {
      const domain = make()
      const [[here, there], [one, other], [two, another]] = [
        packets(domain),
        domain.pair(),
        domain.pair(),
      ]
      here.sendRightsSync(bytesOf('x'), [other])
      here.sendRightsSync(bytesOf('y'), [another])
      const [kept] = there.receiveRightsSync(room()).ends
      there[how]()
      expect([hears(one), hears(two)]).toEqual([`${WOULD_BLOCK}`, 'ConnectionReset'])
      for (const end of [here, one, two, kept!]) end.close()
      expect(domain.zone.open()).toBe(0)
    }
  })

  it('come to nobody by a close of the sender, or by a death', () => {
    const domain = make()
    const [[here, there], [one, other]] = [packets(domain), domain.pair()]
    here.sendRightsSync(bytesOf('x'), [other])
    here.close()
    const [end] = there.receiveRightsSync(room()).ends
    one.sendSync(bytesOf('late'))
    expect(end!.receiveSync(room())).toBe(4)
  })

  it('go in a chain: what is in flight within what is in flight is closed, too', () => {
    const domain = make()
    const [[here, there], [in1, out1], [one, other]] = [
      packets(domain),
      packets(domain),
      domain.pair(),
    ]
    in1.sendRightsSync(bytesOf('inner'), [other])
    here.sendRightsSync(bytesOf('outer'), [out1])
    there.close()
    expect([hears(in1), hears(one)]).toEqual(['ConnectionReset', 'ConnectionReset'])
  })

  it('stay with their sender when the packet is not sent', async () => {
    const domain = make()
    const [[here, there], [one, other]] = [packets(domain), domain.pair()]
    here.sendSync(room(200))
    expect(here.sendRightsSync(room(60), [other], { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    expect(await here.sendRights(room(60), [other], { timeoutMs: 1 })).toBe(WOULD_BLOCK)
    expect(() => here.sendRightsSync(room(250), [other])).toThrow('a packet has at most 252 bytes')
    there.close()
    expect(() => here.sendRightsSync(room(1), [other])).toThrow('the receiver has gone')
    one.sendSync(bytesOf('still'))
    expect(other.receiveSync(room())).toBe(5)
  })

  it('are not lost by a receive that does not take them', () => {
    const domain = make()
    const [[here, there], [, other]] = [packets(domain), domain.pair()]
    here.sendRightsSync(bytesOf('four'), [other])
    expect(() => there.tryReceive(room())).toThrow('a packet with rights is received by')
    expect(() => there.receiveRightsSync(room(3))).toThrow('all its 4 bytes: room for 3 came')
    expect(there.receiveRightsSync(room(4)).ends.length).toBe(1)
  })

  it('are open ends of the same domain, each once, that nobody watches', () => {
    const domain = make()
    const [[here], [one, other], [closed]] = [packets(domain), domain.pair(), domain.pair()]
    closed.close()
    const [strange] = make().pair()
    const poller = domain.poller()
    poller.add(one, READABLE)
    const cases = [
      [[closed], 'an end is sent until it is closed'],
      [[strange], 'that of another came'],
      [[one], 'a poller watches this end'],
      [[other, other], 'it came twice'],
      [[here], 'over another pair than its own'],
      [[{}], 'ends of sockets are sent'],
      [undefined, 'come as a list'],
      [Array.from({ length: 16 }, () => other), 'at most 15 ends go with a packet'],
    ] as const
    for (const [ends, sentence] of cases) {
      expect(() => here.sendRightsSync(bytesOf('x'), ends as never)).toThrow(sentence)
    }
    expect(() => other.sendRightsSync(bytesOf('x'), [])).toThrow(
      "of kind 'seqpacket': 'stream' came",
    )
    expect(() => other.receiveRightsSync(room())).toThrow("of kind 'seqpacket': 'stream' came")
    expect(other.sendSync(bytesOf('x'))).toBe(1)
  })
})

describe('A burial that is given up, since another thread has ended in what it needs', () => {
  it('is begun again, and closes what was in flight', () => {
    const { zone, atA, lot, a } = makeEnds({ pairs: 3, bufferBytes: 256 }, 1 << 17)
    lot.memory.holder = 5
    const [here, there] = zone.pairSync(atA, 'seqpacket')
    const [one, other] = zone.pairSync(atA)
    expect(finish(atA, sendRights(atA, here, Uint8Array.of(1), [other]))).toBe(1)
    // As one leaves it that has claimed the end, and finds a queue held before it has closed it.
    lot.memory.store(other.note.at + NOTE.offset.closing, there.receiving.at)
    expect(claim(lot.memory, there.receiving.at, other.handle, 5)).toBe(true)
    finish(atA, there.bury(atA, 8))
    for (const end of [here, one]) if (end.isOpen) finish(atA, end.close(atA))
    expect([zone.open(), a.isOpen]).toEqual([1, true])
  })
})
