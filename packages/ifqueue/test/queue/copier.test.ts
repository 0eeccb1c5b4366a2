import { describe, expect, it } from 'vitest'
import { Copier } from '../../src/queue/bytes.ts'

const AT = 64

function make() {
  const buffer = new SharedArrayBuffer(1024)
  const bytes = new Uint8Array(buffer)
  return { bytes, copier: new Copier(bytes, new Int32Array(buffer)) }
}

/** Bytes that are none of a number that is not one, and differ from their neighbours. */
const filled = (array: Uint8Array): Uint8Array => array.map((_, i) => (i * 37 + 255) & 255)

describe('What is copied into a queue and out of it', () => {
  const LENGTHS = [0, 1, 3, 4, 5, 63, 64, 96, 97, 255, 256, 257, 400]
  it.each(LENGTHS)('is the same, of %i bytes, once and again', (length) => {
    const { bytes, copier } = make()
    // Also of arrays that begin where no word does, and behind others.
    for (const [offset, start] of [
      [0, 0],
      [8, 0],
      [1, 0],
      [2, 4],
      [0, 3],
      [4, 8],
    ] as const) {
      const from = filled(new Uint8Array(new ArrayBuffer(600), offset, start + length + 4))
      const source = new Uint8Array(new ArrayBuffer(600), offset, from.length)
      source.set(from)
      const to = new Uint8Array(new ArrayBuffer(600), offset, from.length)
      for (let turn = 0; turn < 3; turn++) {
        bytes.fill(turn)
        copier.copyIn(AT, source, start, length)
        expect([...bytes.subarray(AT, AT + length)]).toEqual([
          ...from.subarray(start, start + length),
        ])
        expect([bytes[AT - 1], bytes[AT + length]]).toEqual([turn, turn])
      }
      for (let turn = 0; turn < 3; turn++) {
        to.fill(turn)
        copier.copyOut(to, start, AT, length)
        expect([...to.subarray(start, start + length)]).toEqual([
          ...from.subarray(start, start + length),
        ])
        expect(to[start + length]).toBe(turn)
      }
    }
  })

  it('is of the length that an array has when it comes again', () => {
    const { bytes, copier } = make()
    const buffer = new ArrayBuffer(64)
    const array = new Uint8Array(buffer).fill(7)
    for (let turn = 0; turn < 3; turn++) copier.copyIn(AT, array, 0, 64)
    structuredClone(buffer, { transfer: [buffer] })
    expect(array.length).toBe(0)
    bytes.fill(1)
    copier.copyIn(AT, array, 0, array.length)
    expect(bytes[AT]).toBe(1)
  })
})
