import { showPlace } from '../runtime/places.ts'
import type { Failure } from './failure.ts'
import type { Core } from './core.ts'
import type { DataRace, RacingAccess } from './races.ts'

/** A race as a failure, or undefined if the policy lets it pass. */
export function raceFailure(execution: Core, race: DataRace): Failure | undefined {
  if (!execution.persistent.races(race)) return undefined
  const { first, second, isMixedSize, mayTear } = race
  const kind = isMixedSize ? 'accesses of different size' : 'accesses'
  const torn = mayTear ? '; the value read may be torn' : ''
  return {
    kind: 'data-race',
    message: `${kind} that nothing orders: ${show(execution, first)} and ${show(
      execution,
      second,
    )}${torn}`,
    thread: second.thread,
    place: second.place,
    other: { thread: first.thread, place: first.place },
  }
}

function show(execution: Core, access: RacingAccess): string {
  const { thread, isAtomic, isWrite, bytes, place } = access
  const name = execution.threads[thread]?.name ?? String(thread)
  const what = `${isAtomic ? 'atomic' : 'plain'} ${isWrite ? 'write' : 'read'}`
  return `${what} of ${bytes} bytes by ${name} at ${showPlace(place)}`
}
