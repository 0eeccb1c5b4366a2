#!/usr/bin/env node
// `npm run test:models`, with anything after `--` handed to Vitest: explores every model to its
// end, also those that CI leaves after some schedules. Each says how many executions it took.
import { fileURLToPath } from 'node:url'
import { countLine } from './lib/counts.mjs'
import { vitest } from './lib/vitest.mjs'
import { setUp } from './setup.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LIMIT_MS = 24 * 3600_000
const args = process.argv.slice(2)

if (await setUp(ROOT)) {
  const all = ['--testTimeout=0', ...(args.length > 0 ? args : ['.model.ts'])]
  const total = await vitest(ROOT, all, { limitMs: LIMIT_MS, env: { SMPNET_MODELS: 'all' } })
  console.log(countLine(total))
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
} else process.exitCode = 1
