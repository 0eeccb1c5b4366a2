import { type Address, type Memory, NIL, SETTLE, WORD_BYTES } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Site } from '@smpnet/stack'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { oneOperation } from './one-operation.ts'

/*
 * A table of a CPU's own: buckets, each the first of a chain of entries {key, value, next}. It is
 * read by `load`, as what others may change is, and nothing changes it.
 */
const BUCKETS = 8
const KEYS = 64
const ENTRY_BYTES = 64
const [KEY, VALUE, NEXT] = [0, WORD_BYTES, 2 * WORD_BYTES] as const
const TABLE_BYTES = BUCKETS * WORD_BYTES + 32 + KEYS * ENTRY_BYTES

class LookupsProgram implements KernelProgram<number, Address> {
  needs(_batch: number, cpus: number) {
    return { bytes: cpus * TABLE_BYTES, threads: cpus }
  }

  place(_batch: number, { arena, cpus }: Site): Address {
    const tables = arena.place('tables', cpus * TABLE_BYTES)
    for (let cpu = 0; cpu < cpus; cpu++) fill(arena.memory, tables + cpu * TABLE_BYTES)
    return tables
  }

  clients(_batch: number, cpus: number): number {
    return cpus
  }

  start(batch: number, tables: Address, { cpu, client }: KernelHost): void {
    const table = tables + cpu.id * TABLE_BYTES
    const body = (_td: unknown, slice: Slice) => looking(cpu.memory, table, slice, batch)
    client(`one ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return { 'clock-read': 0 }
  }
}

function fill(memory: Memory, table: Address): void {
  const entries = table + BUCKETS * WORD_BYTES + 32
  for (let key = 0; key < KEYS; key++) {
    const bucket = table + (key % BUCKETS) * WORD_BYTES
    const entry = entries + key * ENTRY_BYTES
    memory.store(entry + KEY, key)
    memory.store(entry + VALUE, ~key)
    memory.store(entry + NEXT, memory.load(bucket))
    memory.store(bucket, entry)
  }
}

/** The value of a key that is in the table. */
function lookUp(memory: Memory, table: Address, key: number): number {
  let entry = memory.load(table + (key % BUCKETS) * WORD_BYTES)
  while (entry !== NIL && memory.load(entry + KEY) !== key) entry = memory.load(entry + NEXT)
  return memory.load(entry + VALUE)
}

/** Looks keys up in turn, and each time as deep in a chain as the last time or a little less. */
function* looking(memory: Memory, table: Address, slice: Slice, batch: number): Waiting<number> {
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let turn = 0; turn < batch; turn++) {
      while (!memory.settled()) yield SETTLE
      const key = (count + turn * 5) % KEYS
      if (lookUp(memory, table, key) !== ~key) throw new Error(`key ${key} has another value`)
    }
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / batch)
    beganNs = endedNs
    count += batch
  } while (!slice.done(count))
  return count
}

/** Each CPU's thread looks keys up in a table of its own: loads, and the code around them. */
export const lookups = oneOperation(new LookupsProgram(), {
  name: 'lookup',
  summary: 'a thread per CPU looks keys up in a hash table of its own: loads and their code',
})
