import { checkProfile, figuresOf } from './check-profile.ts'
import { CODE_PRICES, type Figure, type Profile } from './profiles/profile.ts'

/** Where named work is in a profile, for which its own name is enough. */
const WORK = 'workNs.'
/** Prices of code are 0 where a profile says nothing of them, and may be told for each. */
const CODE = CODE_PRICES.map((name) => `code.${name}`)

/**
 * The profile with other values for some of its figures, by their paths as `figuresOf` has them:
 * `lines.casNs`, `queue.holdNs`, `blindCasNs.remote`, or `read-hpet`, named work, which may be new,
 * as may prices of code.
 * Throws a RangeError for a figure that there is none of, and for what makes no profile.
 */
export function withFigures(
  profile: Profile,
  values: Readonly<Record<string, number>>,
  source = 'told',
): Profile {
  const known = new Map(figuresOf(profile))
  const changed = new Map<string, Figure>()
  for (const [name, value] of Object.entries(values)) {
    const path = name.includes('.') || known.has(name) ? name : `${WORK}${name}`
    if (!known.has(path) && !path.startsWith(WORK) && !CODE.includes(path)) {
      const paths = [...known.keys()].filter((each) => !isMeasured(each)).join(', ')
      throw new RangeError(`profile ${profile.name} has the figures ${paths}: ${name} came`)
    }
    changed.set(path, { value, basis: 'assumed', source })
  }
  return checkProfile(replaced(profile, changed))
}

/** What a machine gives is no figure of it that could be set. */
function isMeasured(path: string): boolean {
  return path.startsWith('checks.') || path.startsWith('contendedNs.')
}

function replaced(profile: Profile, changed: ReadonlyMap<string, Figure>): Profile {
  const of = <T extends object>(group: string, figures: T): T => {
    const prefix = `${group}.`
    const own = [...changed].filter(([path]) => path.startsWith(prefix))
    const named = own.map(([path, figure]) => [path.slice(prefix.length), figure] as const)
    return named.length === 0 ? figures : { ...figures, ...Object.fromEntries(named) }
  }
  const { lines } = profile
  const { homeNs, queue, ...single } = lines
  const code = of('code', profile.code ?? {})
  const slowdown = changed.get('siblingSlowdown') ?? profile.siblingSlowdown
  return {
    ...profile,
    clockMhz: changed.get('clockMhz') ?? profile.clockMhz,
    tickHz: changed.get('tickHz') ?? profile.tickHz,
    ...(slowdown && { siblingSlowdown: slowdown }),
    lines: {
      ...of('lines', single),
      blindCasNs: of('blindCasNs', lines.blindCasNs),
      loadAndCasNs: of('loadAndCasNs', lines.loadAndCasNs),
      ...(homeNs && { homeNs: of('homeNs', homeNs) }),
      queue: of('queue', queue),
    },
    copying: of('copying', profile.copying),
    ...(Object.keys(code).length > 0 && { code }),
    waking: of('waking', profile.waking),
    workNs: of('workNs', profile.workNs),
  }
}
