import { SOCK } from '../../src/locked/sock-layout.ts'
import { StrictMemory } from '../../src/model/index.ts'

/** In which a thread that sets an option does not say before that there are options. */
export class UnannouncedMemory extends StrictMemory {
  override or(at: number, bits: number): number {
    return this.isOf(at, SOCK.offset.options) ? super.load(at) : super.or(at, bits)
  }
}
