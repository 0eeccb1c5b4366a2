import { readFileSync } from 'node:fs'
import { CODE_PRICES, type Profile, profileOf, profiles } from '@smpnet/machine/sim'
import * as v from 'valibot'
import { lookUp, UsageError } from '../options/usage-error.ts'

/**
 * A machine profile as a file, in JSON: all that a `Profile` has, or `like` another one and only
 * what is different. A figure is an object with `value`, `basis` and `source`, or a bare number,
 * which is assumed then, and the file is its source.
 */

const positive = v.pipe(v.number(), v.finite(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const basis = v.picklist(['published', 'derived', 'fitted', 'assumed', 'measured'])
const figure = v.union(
  [
    positive,
    v.strictObject({
      value: positive,
      basis,
      source: v.pipe(v.string(), v.nonEmpty()),
      range: v.optional(v.tuple([positive, positive])),
      isInput: v.optional(v.boolean()),
    }),
  ],
  'a number of at least 0, or an object with value, basis and source',
)

const some = <K extends string>(...names: readonly K[]) =>
  v.strictObject(
    Object.fromEntries(names.map((name) => [name, v.optional(figure)])) as Record<
      K,
      v.OptionalSchema<typeof figure, undefined>
    >,
  )
const distances = some('sibling', 'domain', 'socket', 'remote', 'far')
const lines = some(
  'readNs',
  'writeNs',
  'casNs',
  'memoryNs',
  'sharerNs',
  'storeBufferEntries',
).entries

const machineFile = v.strictObject({
  like: v.optional(v.string()),
  name: v.pipe(v.string(), v.regex(/^[\w.+-]+$/, 'letters, digits, and . + - _')),
  title: v.optional(v.string()),
  topology: v.optional(
    v.partial(
      v.strictObject({
        socketsPerBoard: count,
        sockets: count,
        domainsPerSocket: count,
        coresPerDomain: count,
        threadsPerCore: count,
      }),
    ),
  ),
  clockMhz: v.optional(figure),
  tickHz: v.optional(figure),
  siblingSlowdown: v.optional(figure),
  lines: v.optional(
    v.strictObject({
      ...lines,
      blindCasNs: v.optional(distances),
      loadAndCasNs: v.optional(distances),
      homeNs: v.optional(some('remote', 'far')),
      queue: v.optional(some('answerShare', 'holdNs', 'holdAloneNs', 'waiterNs', 'nearRun')),
    }),
  ),
  copying: v.optional(some('bytesPerCycle', 'linesInFlight')),
  code: v.optional(some(...CODE_PRICES)),
  waking: v.optional(some('ipiDeliveryNs', 'idleSpinNs', 'watchNs')),
  workNs: v.optional(v.record(v.string(), figure)),
  chipWork: v.optional(v.array(v.string())),
  checks: v.optional(
    v.strictObject({
      contendedNs: v.optional(v.record(v.string(), figure)),
      lockPairNs: v.optional(figure),
      sharedLockPacketNs: v.optional(figure),
    }),
  ),
})

/** Whether a profile that was typed is a file: a path, or a name that ends as one. */
export function isMachineFile(typed: string): boolean {
  return typed.includes('/') || typed.endsWith('.json')
}

/** The profile of that name, or in that file. Throws a UsageError that says what is wrong where. */
export function machineFrom(typed: string): Profile {
  if (!isMachineFile(typed)) return lookUp('profile', profiles, typed)
  const said = `--profile ${typed}`
  const { output, issues } = v.safeParse(machineFile, jsonAt(typed), { abortEarly: true })
  if (issues !== undefined) throw new UsageError(`${said}: ${sentenceOf(issues[0])}`)
  const { like, ...own } = output as { readonly like?: string; readonly name: string }
  const base = like === undefined ? {} : lookUp('profile', profiles, like)
  const source = `the file ${typed}`
  try {
    return profileOf(laidOver(base, own, source) as unknown as Profile)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    throw new UsageError(`${said}: ${error.message}`)
  }
}

function jsonAt(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'no file' } = error as NodeJS.ErrnoException
    throw new UsageError(`expected --profile to be a file that can be read, got ${code} "${path}"`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const [line] = (error as Error).message.split('\n')
    throw new UsageError(`expected --profile ${path} to be JSON, got: ${line}`)
  }
}

/** `lines.casNs: expected a number of at least 0, …, got "fast"`. */
function sentenceOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the file'
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${path}: expected no such key`
  }
  const { message, expected, received } = issue
  const isOwn = !message.startsWith('Invalid')
  return `${path}: expected ${isOwn ? message : (expected ?? message)}, got ${received}`
}

type Fields = Readonly<Record<string, unknown>>

/** One record over another, key by key; a figure is one value. */
function laidOver(below: Fields, above: Fields, source: string): Fields {
  const laid: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    laid[key] = value
    if (typeof value === 'number' && key !== 'value' && !(key in COUNTS)) {
      laid[key] = { value, basis: 'assumed', source }
    } else if (isRecord(value) && !('value' in value)) {
      const under = below[key]
      laid[key] = laidOver(isRecord(under) && !('value' in under) ? under : {}, value, source)
    }
  }
  return laid
}

/** What of a profile is a plain number. */
const COUNTS: Fields = {
  socketsPerBoard: 1,
  sockets: 1,
  domainsPerSocket: 1,
  coresPerDomain: 1,
  threadsPerCore: 1,
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
