#!/usr/bin/env node
// `npm run check:packages`, with names after `--` to check only those: each package, packed and
// installed alone in an empty folder, runs the examples of its README, passes publint and
// are-the-types-wrong, and has the size that its README states. Ends with a table.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judged, mapLimited, run } from './lib/run.mjs'
import { inKilobytes, table } from './lib/table.mjs'
import { workspaces } from './lib/workspaces.mjs'
import { runExamples } from './packages/example.mjs'
import { installAlone } from './packages/install.mjs'
import { closure, packAll } from './packages/pack.mjs'
import { unpublishable } from './packages/publishable.mjs'
import { gzipBytes, misstated } from './packages/size.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const HEAD = ['package', 'packed', 'unpacked', 'gzip', 'example']
/** Examples start threads of their own, so more at a time would measure only their quarrel. */
const WIDTH = 2

const isSetUp = await setUp(ROOT, { declarations: true })
process.exitCode = isSetUp ? await main(process.argv.slice(2)) : 1

async function main(names) {
  const all = workspaces(ROOT)
  const chosen = all.filter(({ short }) => names.length === 0 || names.includes(short))
  const scratch = mkdtempSync(join(tmpdir(), 'smpnet-packages-'))
  try {
    const packs = await packAll(ROOT, scratch)
    const context = { all, packs, scratch }
    const results = await mapLimited(chosen, WIDTH, (one) => checkOne(one, context))
    return report(results)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function checkOne(one, { all, packs, scratch }) {
  const pack = packs.get(one.name)
  const folder = join(scratch, one.short)
  const needed = [...closure(one, all)].map(({ name }) => packs.get(name).tarball)
  const [notInstalled, problems] = await Promise.all([
    installAlone(folder, needed),
    unpublishable(ROOT, pack.tarball, one),
  ])
  const used = notInstalled ? { problems: [notInstalled] } : await use(one, folder)
  return { one, pack, ...used, problems: [...problems, ...used.problems] }
}

/** Runs what is installed, and weighs it. */
async function use(one, folder) {
  const installed = join(folder, 'node_modules', one.name)
  const readme = textOf(join(installed, 'README.md'))
  const used = one.isApp ? help(one, folder) : runExamples(folder, readme)
  const { result, problem } = await used
  const weight = weigh(installed, one, readme)
  const problems = [problem, weight.problem].filter(Boolean)
  return { gzip: weight.bytes, example: result, problems }
}

function weigh(installed, one, readme) {
  try {
    const bytes = gzipBytes(installed, one)
    return { bytes, problem: misstated(readme, bytes, !one.isApp) }
  } catch (error) {
    return { problem: `its built files cannot be read: ${String(error)}` }
  }
}

async function help(one, folder) {
  const [command] = Object.keys(one.manifest.bin)
  const what = `npx ${command} --help`
  const args = ['--no-install', command, '--help']
  const limitMs = 60_000
  const { problem } = judged(what, await run('npx', args, { cwd: folder, limitMs }), limitMs)
  return problem ? { problem } : { result: what }
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function report(results) {
  for (const { one, problems } of results) {
    for (const problem of problems) console.log(`${one.dir}: ${problem}`)
  }
  console.log(table(HEAD, results.map(row), [1, 2, 3]))
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0
}

function row({ one, pack, gzip, example }) {
  const sizes = [pack.packedBytes, pack.unpackedBytes].map(inKilobytes)
  return [one.name, ...sizes, gzip === undefined ? '–' : inKilobytes(gzip), example ?? 'failed']
}
