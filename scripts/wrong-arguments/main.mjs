#!/usr/bin/env node
// Calls every public function of every built package with wrong arguments, by a seed, and prints
// what came of it as JSON: what failed otherwise than by a sentence, what has changed although it
// failed, and what is not called at all. `node scripts/wrong-arguments/main.mjs [seed] [only]
// [planted] [every]`: of the values that are put into calls that are right, every so-manyth.
import { ALLOWED, LEFT_OUT, NOT_CALLED, PACKAGES } from './allowed.mjs'
import { callsOf } from './calls.mjs'
import { isRaw } from './judge.mjs'
import { planted } from './planted.mjs'
import { randomOf } from '../lib/random.mjs'
import { oneWrong } from './one-wrong.mjs'
import { VALID } from './valid.mjs'
import { shown, wrongValues } from './values.mjs'
import { Watch } from './watch.mjs'

const [seedText = '1', only = '', plants = '', every = '1'] = process.argv.slice(2)
const seed = Number(seedText)
const RANDOM_LISTS = 14
/** How long calls that were awaited have to come to an end. */
const AWAITED_MS = 300

const excused = new Map()
const faults = new Map()
const pending = []
const { calls, unlisted } = await everyCall()
const valid = rightCalls()
const watch = new Watch([...calls, ...valid].map(({ name }) => name))
let count = 0

process.on('uncaughtException', (error) => {
  fault('thrown later', [...calls, ...valid][watch.index], [], error)
})
process.on('unhandledRejection', () => {})

for (const [index, call] of calls.entries()) {
  watch.begin(index)
  tryAll(call, randomOf(seed + index))
}
for (const [index, call] of valid.entries()) {
  tryOneWrong(call, calls.length + index)
}
watch.begin(-1)
await Promise.race([
  Promise.all(pending),
  new Promise((resolve) => setTimeout(resolve, AWAITED_MS)),
])
const stale = ALLOWED.filter(({ why }) => !excused.has(why)).map(({ why }) => why)
const whole = {
  seed,
  calls: count,
  faults: [...faults.values()],
  unlisted,
  stale: only ? [] : stale,
}
process.stdout.write(`${JSON.stringify(whole, undefined, 1)}\n`, () => process.exit(0))

async function everyCall() {
  const spaces = new Map()
  for (const name of PACKAGES) spaces.set(name, await import(`@smpnet/${name}`))
  const { made, ...all } = planted(plants)
  for (const [name, space] of Object.entries(all)) spaces.set(name, space)
  const found = callsOf(spaces, made, LEFT_OUT)
  const chosen = found.calls.filter(({ name }) => name.includes(only) && !isNotCalled(name))
  return { calls: chosen, unlisted: found.unlisted }
}

function rightCalls() {
  const all = { ...VALID, ...planted(plants).valid }
  return Object.entries(all)
    .filter(([name]) => name.includes(only))
    .map(([name, make]) => ({ name, make }))
}

/** Every call that is right, and then with each wrong value in the place of each right one. */
function tryOneWrong({ name, make }, index) {
  watch.begin(index)
  const right = make()
  tryRight({ name }, right)
  right.end?.()
  const values = wrongValues()
  for (const [at, path] of oneWrong(right.list).entries()) {
    for (const value of values.filter((_, i) => (i + at + index + seed) % Number(every) === 0)) {
      watch.begin(index)
      const { list, run, buffer, end } = make()
      const wrong = path.put(list, value)
      const what = { name: `${name}, ${path.name}`, run: (_subject, own) => run(...own) }
      tryOne(what, { subject: undefined, buffer }, wrong)
      end?.()
    }
  }
}

/** What is over its time, or finds nothing, is right all the same. */
function tryRight(call, { run, list }) {
  try {
    run(...list)?.then?.(undefined, () => {})
  } catch (error) {
    const isRefused = error instanceof TypeError || error instanceof RangeError
    if (isRefused) fault('refused though right', call, list, error)
  }
}

function isNotCalled(name) {
  return NOT_CALLED.some(({ match }) => match.test(name))
}

/** Each wrong value alone, none at all, and some lists of several. */
function tryAll(call, random) {
  const values = wrongValues()
  const any = () => values[Math.floor(random() * values.length)]
  const lists = [[], ...values.map((value) => [value])]
  for (let i = 0; i < RANDOM_LISTS && call.parameters > 1; i++) {
    lists.push(Array.from({ length: 1 + Math.floor(random() * call.parameters) }, any))
  }
  let world = call.make()
  for (const list of lists) {
    if (!tryOne(call, world, list)) continue
    world.end?.()
    world = call.make()
  }
  world.end?.()
}

/** True when the world has changed, and another is needed. */
function tryOne(call, world, list) {
  const { subject, buffer } = world
  const before = buffer && Buffer.from(new Uint8Array(buffer))
  count++
  try {
    const result = call.run(subject, list)
    if (typeof result?.then === 'function') pending.push(result.then(undefined, judge))
    return subject !== undefined
  } catch (error) {
    judge(error)
    const isSame = before === undefined || before.equals(new Uint8Array(buffer))
    if (!isSame) fault('changed though refused', call, list, error)
    return !isSame
  }
  function judge(error) {
    if (isRaw(error)) fault('no sentence', call, list, error)
  }
}

function fault(kind, call, list, error) {
  const name = call?.name ?? 'no call'
  const line = `${name}(${list.map(shown).join(', ')})`
  const allowed = ALLOWED.find(
    ({ match, kind: of = 'no sentence' }) => of === kind && match.test(name),
  )
  if (allowed !== undefined) return excused.set(allowed.why, line)
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const at = error?.stack
    ?.split('\n')
    .find((frame) => frame.includes('/packages/'))
    ?.trim()
  const key = `${kind} ${name} ${at}`
  if (!faults.has(key)) faults.set(key, { kind, call: line, message, at })
}
