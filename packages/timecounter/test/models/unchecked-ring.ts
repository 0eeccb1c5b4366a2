import { CACHE_LINE_BYTES, type LiveMemory, WORD_BYTES } from '@smpnet/memory'

/** The reader of a generation ring without its check: the planted fault of the model test. */
export class UncheckedRing {
  constructor(
    readonly memory: LiveMemory,
    readonly at: number,
    readonly words: number,
  ) {}

  copyUnchecked(into: Int32Array): void {
    const version = this.memory.load(this.at)
    const slot = this.at + CACHE_LINE_BYTES * (1 + (version & 15))
    for (let i = 0; i < this.words; i++) {
      into[i] = this.memory.load(slot + WORD_BYTES + i * WORD_BYTES)
    }
  }
}
