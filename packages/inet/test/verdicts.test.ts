import { describe, expect, it } from 'vitest'
import {
  COUNTER_NAMES,
  ERRNO,
  errnoOf,
  EVENT,
  GOOD,
  nameOf,
  REASON,
  REASON_NAMES,
  sentenceOf,
} from '../src/index.ts'

describe('A verdict', () => {
  it('is 0 for what is good, and has a name and a sentence of its own else', () => {
    expect(nameOf(GOOD)).toBe('good')
    for (const name of REASON_NAMES) {
      expect(nameOf(REASON[name])).toBe(name)
      expect(sentenceOf(REASON[name])).toMatch(/^[a-z].*[a-z}0-9]$/)
    }
    expect(new Set(REASON_NAMES.map((name) => sentenceOf(REASON[name]))).size).toBe(
      REASON_NAMES.length,
    )
  })

  it('is counted under its own number, and so is what went well', () => {
    expect(new Set(COUNTER_NAMES).size).toBe(COUNTER_NAMES.length)
    for (const [name, number] of Object.entries({ ...REASON, ...EVENT })) {
      expect(COUNTER_NAMES[number]).toBe(name)
    }
  })

  it('means an errno where a sender gets it', () => {
    expect(errnoOf(REASON.ips_noroute)).toBe(ERRNO.EHOSTUNREACH)
    expect(errnoOf(REASON.noheadroom)).toBe(ERRNO.ENOBUFS)
    expect(errnoOf(REASON.ips_badsum)).toBe(0)
  })

  it('that is none is a caller’s error', () => {
    expect(() => nameOf(REASON_NAMES.length)).toThrow(
      `a reason is from 0 to ${REASON_NAMES.length - 1}: ${REASON_NAMES.length} came`,
    )
  })
})
