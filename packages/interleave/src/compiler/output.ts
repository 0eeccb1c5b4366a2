import { encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec'

/** Offsets of the starts of lines, for turning an offset into a line and a column. */
export class Lines {
  readonly #starts: number[] = [0]

  constructor(readonly text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1)
    }
  }

  /** Line and column of an offset, both from 0. */
  locate(offset: number): { line: number; column: number } {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low, column: offset - this.#starts[low]! }
  }
}

/** A piece of the result: text that the compiler wrote, or a stretch of the source as it was. */
type Piece = { text: string } | { start: number; end: number }

/** A text that is put in its place at the end, when its content is known. */
export interface Slot {
  text: string
}

/** Collects the compiled text and which parts of it are the source's own. */
export class Output {
  readonly #pieces: Piece[] = []
  readonly lines: Lines

  constructor(readonly source: string) {
    this.lines = new Lines(source)
  }

  /** Text that is not in the source. */
  write(text: string): void {
    this.#pieces.push({ text })
  }

  /** The source between two offsets, unchanged. */
  copy(start: number, end: number): void {
    if (end > start) this.#pieces.push({ start, end })
  }

  /** A place for text that is only known later. */
  slot(): Slot {
    const slot = { text: '' }
    this.#pieces.push(slot)
    return slot
  }

  /** The compiled text, and mappings from it to the source, in the encoding of source maps. */
  finish(): { code: string; mappings: string } {
    const map: SourceMapMappings = [[]]
    const parts: string[] = []
    let column = 0
    const advance = (text: string): void => {
      parts.push(text)
      const lines = text.split('\n')
      for (let i = 1; i < lines.length; i++) map.push([])
      column = lines.length > 1 ? lines.at(-1)!.length : column + text.length
    }
    for (const piece of this.#pieces) {
      if ('text' in piece) {
        advance(piece.text)
        continue
      }
      for (const text of this.source.slice(piece.start, piece.end).split(/(?<=\n)/)) {
        const at = this.lines.locate(piece.start)
        map.at(-1)!.push([column, 0, at.line, at.column])
        advance(text)
        piece.start += text.length
      }
    }
    return { code: parts.join(''), mappings: encode(map) }
  }
}
