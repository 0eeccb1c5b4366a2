#!/usr/bin/env node
// Ends threads wherever they are, and looks whether all that survives goes on:
//
//     npm run deaths                        what CI takes: 300 kills, and all crash points
//     npm run deaths -- kills 10000         so many threads are terminated by chance
//     npm run deaths -- points              each operation ends after each of its changes
//     npm run deaths -- lives 1000000       so many lives in one domain, without workers
//
// `--seed S` begins chance elsewhere; `--only TEXT` takes what has that in its name, and `--except
// TEXT`, of the kills, what has not.
import './made-workers.mjs'
import { parseArgs } from 'node:util'
import { Monitor } from './monitor.mjs'
import { setUp } from '../setup.mjs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IN_CI = 300
const WHAT = ['all', 'kills', 'points', 'lives']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    except: { type: 'string', default: '' },
  },
})
const [what = 'all', count = String(IN_CI)] = positionals

process.exitCode = await main()
process.exit()

async function main() {
  const [seed, kills] = [values.seed, count].map(Number)
  if (!WHAT.includes(what)) return wrong(`kills, points or lives, came ${what}`)
  if (!(Number.isInteger(kills) && kills > 0)) return wrong(`a number of kills, came ${count}`)
  if (!Number.isInteger(seed)) return wrong(`--seed and a whole number, came ${values.seed}`)
  if (!(await setUp(ROOT))) return 1
  const { only, except } = values
  const options = { seed, only, except, monitor: new Monitor(), says: console.log }
  if (what === 'lives') return (await lives(kills)) ? 0 : 1
  const outcomes = []
  if (what !== 'points') outcomes.push(await kill(kills, options))
  if (what !== 'kills') outcomes.push(await points(options))
  return outcomes.every((isRight) => isRight) ? 0 : 1
}

async function kill(kills, options) {
  const { killAll } = await import('./kills.mjs')
  const { kills: done, faults } = await killAll(kills, options)
  console.log(`${done} kills by seed ${options.seed}: ${counted(faults)}`)
  return faults.length === 0
}

async function points(options) {
  const { allPoints } = await import('./points.mjs')
  const { points: done, faults } = await allPoints(options)
  console.log(`${done} crash points: ${counted(faults)}`)
  return faults.length === 0 && done > 0
}

async function lives(count) {
  const { liveOn } = await import('./lives.mjs')
  const { lives, faults } = await liveOn(count, console.log)
  console.log(`${lives} lives: ${counted(faults)}`)
  return faults.length === 0
}

function counted(faults) {
  return faults.length === 0 ? 'nothing wrong' : [`${faults.length} wrong`, ...faults].join('\n')
}

function wrong(sentence) {
  console.error(`deaths: expected ${sentence}`)
  return 2
}
