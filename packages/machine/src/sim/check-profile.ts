import { came } from '@smpnet/memory'
import { REQUIRED_WORK } from './named-work.ts'
import {
  type Basis,
  CODE_PRICES,
  type DistanceName,
  type Figure,
  type Profile,
} from './profiles/profile.ts'
import { cpusOf, DISTANCE_NAMES, distancesOf } from './topology.ts'

/** The line directory numbers CPUs by signed 16-bit words, and costs grow with their number. */
export const MOST_CPUS = 256

const BASES: readonly Basis[] = ['published', 'derived', 'fitted', 'assumed', 'measured']

/** Returns the profile, or throws a RangeError that says which of its figures cannot be. */
export function checkProfile(profile: Profile): Profile {
  expectProfile(profile)
  checkTopology(profile)
  for (const [what, figure] of figuresOf(profile)) checkFigure(profile, what, figure)
  for (const name of Object.keys(profile.code ?? {})) {
    if ((CODE_PRICES as readonly string[]).includes(name)) continue
    throw wrong(profile, `prices of code named ${CODE_PRICES.join(', ')}`, name)
  }
  for (const name of REQUIRED_WORK) {
    if (profile.workNs[name] === undefined) {
      throw wrong(profile, `a price in workNs for ${REQUIRED_WORK.join(', ')}`, `none for ${name}`)
    }
  }
  checkDistances(profile, 'blindCasNs')
  checkDistances(profile, 'loadAndCasNs')
  return profile
}

/** How many CPUs a machine of this profile may have. */
export function mostCpus(profile: Profile): number {
  expectProfile(profile)
  return Math.min(MOST_CPUS, cpusOf(profile.topology))
}

/** Every figure of a profile with the path to it. */
export function figuresOf(profile: Profile): readonly (readonly [string, Figure])[] {
  expectProfile(profile)
  const { lines, copying, waking, code = {} } = profile
  const { blindCasNs, loadAndCasNs, homeNs = {}, queue, ...single } = lines
  const { contendedNs = {}, ...checks } = profile.checks ?? {}
  const groups = { lines: single, blindCasNs, loadAndCasNs, homeNs, queue, copying, code, waking }
  return [
    ['clockMhz', profile.clockMhz],
    ['tickHz', profile.tickHz],
    ...(profile.siblingSlowdown ? [['siblingSlowdown', profile.siblingSlowdown] as const] : []),
    ...Object.entries(groups).flatMap(([group, figures]) => under(group, figures)),
    ...under('workNs', profile.workNs),
    ...under('checks', checks),
    ...under('contendedNs', contendedNs),
  ]
}

/** Throws a TypeError for what has not the parts of a profile. */
export function expectProfile(profile: unknown): void {
  const parts = ['topology', 'lines', 'copying', 'waking', 'workNs'] as const
  const found = profile as Partial<Profile> | null | undefined
  const missing = parts.find((part) => typeof found?.[part] !== 'object' || found[part] === null)
  if (missing === undefined) return
  const without = typeof found === 'object' && found !== null ? ` without ${missing}` : ''
  throw new TypeError(`a machine profile has ${parts.join(', ')}: ${came(profile)}${without} came`)
}

function under(group: string, figures: object): (readonly [string, Figure])[] {
  return Object.entries(figures).map(([name, figure]) => [`${group}.${name}`, figure as Figure])
}

function checkTopology(profile: Profile): void {
  for (const [part, value] of Object.entries(profile.topology)) {
    if (Number.isInteger(value) && value >= 1) continue
    throw wrong(profile, `a whole number of ${part}, at least 1`, value)
  }
  const { sockets, socketsPerBoard } = profile.topology
  if (sockets % socketsPerBoard !== 0) {
    throw wrong(profile, `full boards of ${socketsPerBoard} sockets`, `${sockets} sockets`)
  }
}

function checkFigure(profile: Profile, what: string, figure: Figure): void {
  const { value, basis, source } = figure
  if (!Number.isFinite(value) || value < 0) {
    throw wrong(profile, `a number for ${what}, not below 0`, value)
  }
  if (!BASES.includes(basis)) throw wrong(profile, `${what} ${BASES.join(', ')}`, basis)
  if (source === '') throw wrong(profile, `a source for ${what}`, 'an empty one')
  const { isOne, isShare } = boundsOf(what)
  if (isOne && (value < 1 || !Number.isInteger(value))) {
    throw wrong(profile, `a whole number for ${what}, at least 1`, value)
  }
  if (isShare && value > 1) throw wrong(profile, `a share for ${what}, at most 1`, value)
  if (what === 'siblingSlowdown' && value < 1)
    throw wrong(profile, `a ${what} of at least 1`, value)
  const mustMove = what === 'clockMhz' || what.startsWith('copying.')
  if (mustMove && value === 0) throw wrong(profile, `a number for ${what}, above 0`, value)
}

const WHOLE = ['queue.nearRun', 'lines.storeBufferEntries']

function boundsOf(what: string): { readonly isOne: boolean; readonly isShare: boolean } {
  const isOne = WHOLE.includes(what)
  return { isOne, isShare: what === 'queue.answerShare' }
}

/** Each distance that the machine has is priced, and farther is never cheaper. */
function checkDistances(profile: Profile, table: 'blindCasNs' | 'loadAndCasNs'): void {
  let nearer = 0
  for (const distance of distancesOf(profile.topology)) {
    const name: DistanceName = DISTANCE_NAMES[distance - 1]!
    const figure = profile.lines[table][name]
    if (figure === undefined) throw wrong(profile, `a figure for ${table}.${name}`, 'none')
    if (figure.value < nearer) {
      throw wrong(profile, `${table}.${name} of at least ${nearer}, as nearer`, figure.value)
    }
    nearer = figure.value
  }
}

function wrong(profile: Profile, expected: string, came: unknown): RangeError {
  return new RangeError(`profile ${profile.name} needs ${expected}: ${String(came)} came`)
}
