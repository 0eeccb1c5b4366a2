import { expect, it } from 'vitest'
import { ValueReader, ValueWriter } from '../src/values.ts'

const writer = new ValueWriter(4096)
const reader = new ValueReader(writer.bytes)

function sent(value: unknown): unknown {
  writer.bytes.fill(0xee, writer.encode(value))
  return reader.decode()
}

const long = 'a name that is longer than what is read byte by byte'

it.each<[string, unknown]>([
  ['texts, short and long', ['', 'a', 'x'.repeat(24), 'x'.repeat(25), long]],
  ['texts that are not ASCII', ['ä', 'aä', 'x'.repeat(23) + 'ä', '\u0000', '\u007f\u0080', '😀']],
  ['objects in objects', { a: { b: { c: [1, { d: 2 }] } }, '': 0, ä: 1, [long]: 2 }],
  ['names of one length, one beginning and one end', [{ axb: 1 }, { ayb: 2 }, { axb: 3 }]],
  ['names that a byte and a character tell apart', [{ ä: 1 }, { 'Ã¤': 2 }, { ä: 3 }]],
])('%s arrive as they were', (_name, value) => {
  expect(sent(value)).toEqual(value)
  expect(sent(value)).toEqual(value)
})

it('A property named as the prototype is one, and nothing else', () => {
  const value = sent(JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}')) as object
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(Object.keys(value)).toEqual(['__proto__', 'a'])
  expect('isAdmin' in value).toBe(false)
})

it('What is of a class is refused by its name, and of no prototype is plain', () => {
  expect(() => writer.encode(new URLSearchParams())).toThrow('an object of URLSearchParams came')
  expect(() => writer.encode(Promise.resolve())).toThrow('an object of Promise came')
  expect(sent(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
})

it('A short text that finds no room is refused', () => {
  const small = new ValueWriter(10)
  expect(small.encode('12345')).toBe(10)
  expect(() => small.encode('123456')).toThrow('take up to 10 bytes')
})
