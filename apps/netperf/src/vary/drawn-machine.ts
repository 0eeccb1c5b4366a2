import { figuresOf, type Figure, type Profile, SimRandom, withFigures } from '@smpnet/machine/sim'

/** Where a profile does not say between which values a figure may lie. */
const HALF_TO_TWICE = [0.5, 2] as const
/** Figures of one kind, by distance: they grow and shrink together, or far would be near. */
const TOGETHER = ['loadAndCasNs', 'blindCasNs', 'homeNs']
const WHOLE = ['queue.nearRun', 'lines.storeBufferEntries']
const STEPS = 1000

/** The figures of a profile that nobody measured, with what they may as well be. */
export function uncertainFigures(profile: Profile): (readonly [path: string, figure: Figure])[] {
  return figuresOf(profile).filter(([path, { basis, value }]) => {
    const isMachine = !path.startsWith('checks.') && !path.startsWith('contendedNs.')
    return isMachine && value > 0 && (basis === 'assumed' || basis === 'fitted')
  })
}

/**
 * A machine that is as likely as the profile: each figure that is assumed, or was fitted to
 * something, has a value from its range, all of them at once and independently of each other.
 * What was published or measured stays. The same seed gives the same machine.
 */
export function drawnMachine(profile: Profile, seed: number): Profile {
  const random = new SimRandom(seed)
  const shares = new Map<string, number>()
  const shareOf = (path: string): number => {
    const group = TOGETHER.find((each) => path.startsWith(`${each}.`)) ?? path
    const known = shares.get(group) ?? random.below(STEPS + 1) / STEPS
    shares.set(group, known)
    return known
  }
  const drawn = uncertainFigures(profile).map(([path, figure]) => {
    const value = valueIn(figure, shareOf(path))
    const whole = WHOLE.includes(path) ? Math.max(1, Math.round(value)) : value
    return [path, path === 'queue.answerShare' ? Math.min(1, whole) : whole] as const
  })
  return withFigures(profile, ordered(profile, Object.fromEntries(drawn)), 'drawn from its range')
}

/** Between the ends of the range: half of the draws are below the geometric mean of both. */
function valueIn({ value, range }: Figure, share: number): number {
  const [least, most] = range ?? HALF_TO_TWICE.map((times) => times * value)
  return least! * (most! / least!) ** share
}

/** Farther stays dearer, also than what was published of a nearer distance. */
function ordered(profile: Profile, drawn: Record<string, number>): Record<string, number> {
  for (const table of ['blindCasNs', 'loadAndCasNs'] as const) {
    let nearer = 0
    for (const name of ['sibling', 'domain', 'socket', 'remote', 'far'] as const) {
      const figure = profile.lines[table][name]
      if (figure === undefined) continue
      const path = `${table}.${name}`
      const value = drawn[path] ?? figure.value
      if (drawn[path] !== undefined) drawn[path] = Math.max(nearer, value)
      nearer = Math.max(nearer, value)
    }
  }
  return drawn
}
