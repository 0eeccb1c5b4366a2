import { explore, timeline } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { words } from './support/outcomes.ts'

class Box {
  readonly words = words(2)

  put(value: number): void {
    Atomics.store(this.words, 0, value)
  }
}

/** The actions of the schedule by which a program fails. */
function actionsOf(setup: Parameters<typeof explore>[1]): string[] {
  return explore({ shrink: false }, setup).failure!.rows.map(({ action }) => action)
}

describe('a report', () => {
  it('calls memory as the source calls the variable or the property that holds it', () => {
    const actions = actionsOf(({ thread, after }) => {
      const box = new Box()
      const other = new Box()
      const view = new DataView(box.words.buffer)
      thread('a', () => {
        box.put(1)
        other.put(2)
        other.words[1] = 7
        view.setInt32(4, 3)
        box.words[1]!++
      })
      after(() => expect.fail('anyhow'))
    })
    expect(actions).toEqual([
      'store words#1[0] = 1',
      'store words#2[0] = 2',
      'write words#2[1] = 7',
      'setInt32 view[4] = 3',
      'read words#1[1] → 50331648',
      'write words#1[1] = 50331649',
    ])
  })

  it('marks both accesses of a race, in text and on the page', () => {
    const { failure } = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => {
        x[0] = 1
        Atomics.load(x, 0)
      })
      thread('b', () => void (x[0] = 2))
    })
    const marked = failure!.rows.filter(({ isMarked }) => isMarked)
    expect(marked.map(({ action }) => action)).toEqual(['write x[0] = 1', 'write x[0] = 2'])
    expect(failure!.text.match(/◀/g)).toHaveLength(2)
    expect(timeline(failure!, 'race').match(/busy failing"/g)).toHaveLength(2)
  })

  it('shows elements that are copied one after the other as one row', () => {
    const { failure } = explore({}, ({ thread, after }) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(16))
      thread('a', () => bytes.set([1, 2, 3, 4, 5, 6], 3))
      after(() => expect.fail('anyhow'))
    })
    expect(failure!.rows.map(({ action }) => action)).toEqual(['write bytes[3 to 8]'])
    expect(failure!.text).toContain('6 steps, 0 preemptions')
  })

  it('shows the very expression of a step, at its column', () => {
    const { failure } = explore({}, ({ thread, after }) => {
      const x = words(2)
      thread('a', () => {
        const sum = Atomics.load(x, 0) + Atomics.load(x, 1)
        expect(sum).toBe(0)
      })
      after(() => expect.fail('anyhow'))
    })
    const [first, second] = failure!.rows
    expect([first!.source, second!.source]).toEqual(['Atomics.load(x, 0)', 'Atomics.load(x, 1)'])
    expect(second!.column - first!.column).toBe('Atomics.load(x, 0) + '.length)
    expect(failure!.text).toContain(`:${second!.line}:${second!.column}  Atomics.load(x, 1)`)
  })
})
