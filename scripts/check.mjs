#!/usr/bin/env node
// `npm run check`, with names of checks after `--` to run only those: prints every violation of a
// house rule as `file:line: rule: sentence (expected …, found …)`; exit status 1 if there is one.
import { fileURLToPath } from 'node:url'
import { CHECKS, ON_REQUEST } from './checks/all.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

process.exitCode = main(process.argv.slice(2))

function main(names) {
  const all = [...CHECKS, ...ON_REQUEST]
  const known = all.map(({ name }) => name)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined) {
    console.error(`There is no check "${wrong}"; expected one of ${known.join(', ')}.`)
    return 2
  }
  const chosen = names.length === 0 ? CHECKS : all.filter(({ name }) => names.includes(name))
  const violations = chosen.flatMap((check) => check.run(ROOT))
  for (const each of violations.sort(byPlace)) console.log(written(each))
  console.log(`${violations.length} violations in ${chosen.length} checks`)
  return violations.length === 0 ? 0 : 1
}

function byPlace(one, other) {
  return one.file.localeCompare(other.file) || one.line - other.line
}

function written({ file, line, rule, message, expected, found }) {
  return `${file}:${line}: ${rule}: ${message} (expected ${expected}, found ${found})`
}
