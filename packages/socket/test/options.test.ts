import { describe, expect, it } from 'vitest'
import {
  OPTION_TABLE,
  READABLE,
  type SettableOption,
  SocketDomain,
  SocketMisuse,
  WOULD_BLOCK,
  WRITABLE,
} from '../src/index.ts'
import { clear, noteOffset, NOTE } from '../src/pair-layout.ts'
import { bytesOf } from './ends.ts'

const BYTES = 64
const make = () => SocketDomain.create({ pairs: 2, bufferBytes: BYTES })
const room = (bytes = 64): Uint8Array => new Uint8Array(bytes)
const settable = OPTION_TABLE.flatMap(({ name, set }) => {
  return set === undefined ? [] : [{ name: name as SettableOption, ...set }]
})
const asked = OPTION_TABLE.flatMap(({ name, set }) => (set === undefined ? [name] : []))

describe('The options of a socket', () => {
  it.each(settable)('$name takes each value of its range, at each end for itself', (row) => {
    const [here, there] = make().pair()
    expect(here.getOption(row.name)).toBe(row.initial)
    for (const value of [row.least, row.least + 1, row.most ?? BYTES]) {
      here.setOption(row.name, value)
      expect(here.getOption(row.name)).toBe(value)
    }
    expect(there.getOption(row.name)).toBe(row.initial)
    const others = settable.filter(({ name }) => name !== row.name)
    expect(others.map(({ name }) => here.getOption(name))).toEqual(
      others.map(({ initial }) => initial),
    )
  })

  it.each(settable)('$name refuses what is none of its values, and keeps its own', (row) => {
    const [here] = make().pair()
    const most = row.most ?? BYTES
    const bad = [
      row.least - 1,
      most + 1,
      1.5,
      Number.NaN,
      Infinity,
      '1',
      null,
      undefined,
      {},
      true,
    ]
    for (const value of bad) {
      const act = (): void => here.setOption(row.name, value as never)
      expect(act).toThrow(RangeError)
      expect(act).toThrow(`${row.name} is a whole number from ${row.least} to ${most}`)
      expect(here.getOption(row.name)).toBe(row.initial)
    }
  })

  it.each(asked)('%s is asked, and not set', (name) => {
    const [here] = make().pair()
    expect(() => here.setOption(name as SettableOption, 1)).toThrow('can be asked, and not be set')
    expect(here.getOption(name)).toBeDefined()
  })

  it('are those of the table, of an end that is open', () => {
    const [here] = make().pair()
    for (const name of ['SO_REUSEADDR', '', 'toString', undefined, 1] as never[]) {
      expect(() => here.getOption(name)).toThrow(SocketMisuse)
      expect(() => here.setOption(name, 1 as never)).toThrow('the options of a socket are SO_TYPE')
    }
    here.close()
    expect(() => here.getOption('SO_TYPE')).toThrow('an end is used until it is closed')
    expect(() => here.setOption('SO_LINGER', 1)).toThrow('an end is used until it is closed')
  })

  it('are gone when their pair is given out again', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: BYTES })
    const [here, there] = domain.pair()
    for (const { name } of settable) for (const end of [here, there]) end.setOption(name, 7)
    const { memory } = domain.zone
    const notes = ([0, 1] as const).map((side) => here.handle.end.at + noteOffset(side))
    here.setOption('SO_LINGER', -1)
    there.setOption('SO_LINGER', -1)
    here.close()
    there.close()
    for (const end of domain.pair()) {
      for (const { name, initial } of settable) expect(end.getOption(name)).toBe(initial)
    }
    for (const note of notes) expect(memory.load(note + NOTE.offset.told)).toBe(0)
    memory.store(notes[0]! + NOTE.offset.sendMs, 5)
    clear(memory, here.handle.end.at)
    expect(memory.load(notes[0]! + NOTE.offset.sendMs)).toBe(5)
  })
})

describe('What a socket says of itself', () => {
  it('is its kind, its buffers, and whether it listens', () => {
    const domain = make()
    const [stream] = domain.pair()
    const [packets] = domain.pair({ kind: 'seqpacket' })
    expect([stream, packets].map((end) => end.getOption('SO_TYPE'))).toEqual([
      'stream',
      'seqpacket',
    ])
    const names = ['SO_SNDBUF', 'SO_RCVBUF', 'SO_ACCEPTCONN'] as const
    expect(names.map((name) => stream.getOption(name))).toEqual([BYTES, BYTES, false])
  })

  it('is an error once', () => {
    const [here, there] = make().pair()
    expect(there.getOption('SO_ERROR')).toBe(0)
    here.abort()
    expect([1, 2].map(() => there.getOption('SO_ERROR'))).toEqual([54, 0])
    expect(there.receiveSync(room())).toBe(0)
  })
})

describe('A time that is set', () => {
  it('is that of calls which are told none', async () => {
    const [here, there] = make().pair()
    there.setOption('SO_RCVTIMEO', 1)
    expect(there.receiveSync(room())).toBe(WOULD_BLOCK)
    expect(there.receiveSync(room(), {})).toBe(WOULD_BLOCK)
    expect(await there.receive(room())).toBe(WOULD_BLOCK)
    here.setOption('SO_SNDTIMEO', 1)
    expect(here.sendSync(room(70))).toBe(64)
    expect(here.sendSync(room(7), {})).toBe(0)
    expect(await here.send(room(7))).toBe(0)
    expect(there.receiveSync(room())).toBe(64)
  })

  it('is not that of calls which are told another', async () => {
    const [here, there] = make().pair()
    there.setOption('SO_RCVTIMEO', 2 ** 31 - 2)
    expect(there.receiveSync(room(), { timeoutMs: 0 })).toBe(WOULD_BLOCK)
    there.setOption('SO_RCVTIMEO', 1)
    const waiting = there.receive(room(), { timeoutMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    here.sendSync(bytesOf('late'))
    expect(await waiting).toBe(4)
  })
})

describe('A low watermark', () => {
  it('is what a poller waits for, or the end', () => {
    const domain = make()
    const [here, there] = domain.pair()
    there.setOption('SO_RCVLOWAT', 4)
    here.setOption('SO_SNDLOWAT', 62)
    const poller = domain.poller()
    const now = () => poller.waitSync({ timeoutMs: 0 })
    poller.add(there, READABLE)
    poller.add(here, WRITABLE)
    expect(now()).toEqual([here])
    here.sendSync(bytesOf('abc'))
    expect(now()).toEqual([])
    here.sendSync(bytesOf('d'))
    expect(now()).toEqual([there])
    expect(there.tryReceive(room(3))).toBe(3)
    expect(now()).toEqual([here])
    poller.remove(here)
    here.close()
    expect(now()).toEqual([there])
  })
})

describe('A socket that lingers', () => {
  it('closes when its peer has received all', async () => {
    const [here, there] = make().pair()
    here.setOption('SO_LINGER', 2)
    here.sendSync(bytesOf('last'))
    here.close()
    expect(here.isOpen).toBe(false)
    expect([1, 2].map(() => there.tryReceive(room()))).toEqual([4, 0])
  })

  it('aborts at once where it is told no time', () => {
    const [here, there] = make().pair()
    here.setOption('SO_LINGER', 0)
    here.close()
    expect(() => there.receiveSync(room())).toThrow('has reset')
  })

  it('is drained when its peer has received all, and not when the time is over', async () => {
    const [here, there] = make().pair()
    expect([here.drainSync(), await here.drain()]).toEqual([true, true])
    here.sendSync(bytesOf('last'))
    expect(here.drainSync({ timeoutMs: 1 })).toBe(false)
    expect(await here.drain({ timeoutMs: 1 })).toBe(false)
    await expect(here.drain({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    here.shutdown()
    const waiting = here.drain()
    there.tryReceive(room(2))
    await Promise.resolve()
    there.tryReceive(room())
    expect(await waiting).toBe(true)
  })

  it('is not drained when its peer has gone', async () => {
    const [here, there] = make().pair()
    here.sendSync(bytesOf('last'))
    const waiting = here.drain()
    await Promise.resolve()
    there.close()
    expect(await waiting).toBe(false)
    here.close()
    expect(() => here.drainSync()).toThrow('an end is used until it is closed')
  })
})
