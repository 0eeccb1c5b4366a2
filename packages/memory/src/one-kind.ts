/**
 * One isolate has one kind of memory: live or priced.
 *
 * Calls through `Memory` are compiled for the classes that have come by. With one of them the
 * engine puts the access itself where the call was; with two, a zone's allocate and free take up to
 * three times as long, and what is measured afterwards, live or simulated, is that. One class with
 * a field for the pricer costs as much, since any access may then end in a call. So the
 * constructors refuse the second kind, rather than be slow where nobody looks for it.
 */
export type MemoryKind = 'live' | 'priced'

let first: MemoryKind | undefined
let areBothAllowed = false

/**
 * Lets this isolate have both kinds of memory from now on. For tests of code that runs on both, and
 * for programs in which no figure is taken, such as a page that shows a simulation beside sockets
 * of its own and has no worker for it.
 */
export function allowBothMemories(): void {
  areBothAllowed = true
}

/** Throws an Error when this isolate has a memory of the other kind, unless both are allowed. */
export function checkKind(kind: MemoryKind): void {
  first ??= kind
  if (first === kind || areBothAllowed) return
  throw new Error(
    `an isolate has one kind of memory, and this one has ${first} memory: ${kind} memory came. ` +
      'Together, both take several times as long for each access. Run the simulation in a worker ' +
      'of its own, or, where time does not matter, call allowBothMemories() of @smpnet/memory first',
  )
}
