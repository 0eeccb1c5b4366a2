import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder } from './files.mjs'
import { workspaces } from './workspaces.mjs'

/** What asks how thorough a run is to be: names of `@smpnet/testing/models` and its like. */
const NAMES = /\b(?:thorough|timely|someOf|toTheEnd|budget)\b/
const IMPORTS = /^import \{([^}]*)\} from '[^']*(?:testing\/models|\/thorough\.ts)'/gm

/** The test files that are longer in `npm run test:models` than in `npm test`. */
export function longFiles(root) {
  const folders = [...workspaces(root).map(({ dir }) => `${dir}/test`), 'scripts/test']
  return folders
    .flatMap((folder) => filesUnder(root, folder))
    .filter((file) => /\.(test|model)\.ts$/.test(file))
    .filter((file) => asks(readFileSync(join(root, file), 'utf8')))
}

function asks(text) {
  return [...text.matchAll(IMPORTS)].some(([, names]) => NAMES.test(names))
}
