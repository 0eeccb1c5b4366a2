import { BadHandle } from '@smpnet/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachLive, type LiveHandle, type LiveMachine, startLive } from '../src/live/index.ts'
import { MACHINE } from '../src/live/machine-block.ts'

const boot = new URL('./fixtures/boot.mjs', import.meta.url)
let machine: LiveMachine
let handle: LiveHandle

beforeAll(async () => {
  machine = await startLive({ cpus: 1, boot, setup: () => ({ what: 'reports' }) })
  handle = machine.handle
})
afterAll(() => machine.stop())

const refusal = (what: unknown): unknown => {
  try {
    attachLive(what as LiveHandle)
    return undefined
  } catch (error) {
    return error
  }
}

const expected = 'the handle of a live machine was expected'

describe('A thread attaches by the handle of a machine only, and is told what came', () => {
  it.each([
    [undefined, 'undefined came'],
    [null, 'null came'],
    [7, '7 came'],
    ['handle', "'handle' came"],
    [{}, 'one whose buffer is undefined came'],
    [[], 'one whose buffer is undefined came'],
    [{ buffer: new ArrayBuffer(64) }, 'one whose buffer is an ArrayBuffer came'],
    [{ buffer: {} }, 'one whose buffer is an object came'],
  ])('%j', (what, came) => {
    const error = refusal(what)
    expect(error).toBeInstanceOf(BadHandle)
    expect((error as Error).message).toContain(`${expected}: ${came}`)
  })

  it('also of one that has lost its buffer, as what goes through JSON does', () => {
    const error = refusal(JSON.parse(JSON.stringify(handle)))
    expect(error).toBeInstanceOf(BadHandle)
    expect((error as Error).message).toContain(
      `${expected}: one whose buffer is an object came; a handle goes by`,
    )
  })

  it.each([
    ['at', 3],
    ['at', -64],
    ['at', 1 << 30],
    ['at', Number.NaN],
    ['at', '0'],
    ['at', undefined],
    ['buffer', new SharedArrayBuffer(64)],
    ['buffer', new SharedArrayBuffer(63)],
    ['buffer', new SharedArrayBuffer(1 << 20)],
  ])('also of one that leads elsewhere: %s is %s', (name, value) => {
    const error = refusal({ ...handle, [name]: value })
    expect(error).toBeInstanceOf(BadHandle)
    expect((error as Error).message).toMatch(
      /^the handle of a live machine .*(: 0x0 is at \S+ of \d+ bytes|whose at is undefined came)$/,
    )
  })

  it.each([
    ['cpus', 2],
    ['cpus', undefined],
    ['lot', undefined],
    ['lot', {}],
    ['lot', { at: 64 }],
  ])('also of one that was changed: %s is %j', (name, value) => {
    const error = refusal({ ...handle, [name]: value })
    expect(error).toBeInstanceOf(BadHandle)
    expect((error as Error).message).toMatch(
      /^a live machine as it was made was expected, 1(, \d+){4}: |(cpus|lot) is undefined came$/,
    )
  })

  it.each(['threads', 'waiters', 'buckets'])('also of one whose lot has other %s', (name) => {
    const lot = { ...handle.lot, [name]: 3 }
    expect(refusal({ ...handle, lot })).toBeInstanceOf(BadHandle)
  })

  it('also of one of another version', () => {
    const words = new Int32Array(handle.buffer)
    const at = (handle.at + MACHINE.offset.magic) >> 2
    const magic = words[at]!
    words[at] = magic + 1
    const error = refusal(handle)
    words[at] = magic
    expect(error).toBeInstanceOf(BadHandle)
    const [leads, is] = [magic, magic + 1].map((word) => `0x${word.toString(16)}`)
    const came = `${is} is at ${handle.at} of ${handle.buffer.byteLength} bytes`
    expect((error as Error).message).toBe(
      `the handle of a live machine of this version leads to ${leads}: ${came}`,
    )
  })

  it('and takes no number unless it is attached', () => {
    const { detach, lot } = attachLive(structuredClone(handle))
    const { cpu } = lot
    detach()
    for (let i = 0; i < 100; i++) refusal({ ...handle, cpus: 2 })
    const again = attachLive(handle)
    expect(again.lot.cpu).toBe(cpu)
    again.detach()
  })
})
