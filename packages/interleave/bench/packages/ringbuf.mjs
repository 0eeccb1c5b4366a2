import { RingBuffer } from './installed/ringbuf.mjs'

const rings = () => {
  const memory = RingBuffer.getStorageForCapacity(2, Uint8Array)
  return [0, 1].map(() => new RingBuffer(memory, Uint8Array))
}

export function oneProducer({ thread }) {
  const [first, second] = rings()
  const got = new Uint8Array(2)
  thread('producer', () => first.push(new Uint8Array([1, 2])))
  thread('consumer', () => {
    if (second.pop(got) > 0 && got[0] !== 1) throw new Error(`expected 1, got ${got[0]}`)
  })
}

/** Which its documentation forbids. */
export function twoProducers({ thread }) {
  rings().forEach((ring, i) => thread(`p${i}`, () => ring.push(new Uint8Array([i]))))
}
