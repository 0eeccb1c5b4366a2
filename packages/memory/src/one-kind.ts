/**
 * One isolate has one kind of memory: live or priced.
 *
 * Calls through `Memory` are compiled for the classes that have come by. With one class the engine
 * puts the access itself where the call was; with two, a zone's allocate and free take up to three
 * times as long, and every figure that the program measures afterwards is wrong by that. A single
 * class with a field for the pricer costs some third more: once the engine has seen that an access
 * can end in a call, it keeps nothing in registers over one. So the constructors refuse the second
 * kind.
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
      'Beside each other, both take several times as long for an access. Run the simulation in a ' +
      'worker of its own; or, where the time that it takes does not matter, call ' +
      'allowBothMemories() of @smpnet/memory first',
  )
}
