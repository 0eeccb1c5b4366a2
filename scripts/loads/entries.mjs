import { readdirSync, readFileSync } from 'node:fs'

/** What needs Node, and says so: the live machine, its edges, and what runs in test runners. */
const NODE_ONLY =
  /^@smpnet\/(testing|net$|machine\/live|stack\/live|interleave\/(node|vite|vitest))/

/** The entries of all packages that run anywhere, as they are imported. */
export function portableEntries(root) {
  return readdirSync(`${root}/packages`)
    .map((folder) => JSON.parse(readFileSync(`${root}/packages/${folder}/package.json`, 'utf8')))
    .flatMap(({ name, exports }) =>
      Object.keys(exports)
        .filter((entry) => entry !== './package.json')
        .map((entry) => `${name}${entry.slice(1)}`),
    )
    .filter((entry) => !NODE_ONLY.test(entry))
}
