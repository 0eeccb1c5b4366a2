import { playwright } from '@vitest/browser-playwright'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { interleave } from './packages/interleave/src/plugin/index.ts'
import { LEFT_OUT, ON_A_PAGE, PACKAGES } from './scripts/browser/scope.ts'
import { sourceAliases } from './vitest.config.ts'

/**
 * The tests as they are, in Debian's chromium: on a page that is isolated from other origins, which
 * alone may share memory with its workers, and once more in workers of that page, which may block.
 * What tests use of Node's modules is translated by scripts/browser.
 */
const CHROMIUM = process.env['SMPNET_CHROMIUM'] ?? '/usr/bin/chromium'
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  test: {
    projects: [
      project('page', [...PACKAGES, ...ON_A_PAGE], { setupFiles: [inBrowser('page.ts')] }),
      project('worker', PACKAGES, {}, [runsInWorker()]),
    ],
  },
})

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>

/**
 * Of models there are only the checker's own: the same engine explores the same executions of the
 * others in Node.
 */
function project(
  name: string,
  packages: readonly string[],
  options: TestOptions,
  plugins: Plugin[] = [],
): TestProjectInlineConfiguration {
  return {
    plugins: [...plugins, interleave({ models: /\.model\.ts(\?|$)/ })],
    resolve: { alias: [...sourceAliases(), ...nodeAliases()] },
    server: { headers: ISOLATED },
    test: {
      ...options,
      name,
      include: [
        `packages/{${packages.join()}}/test/**/*.test.ts`,
        ...(packages.includes('interleave') ? ['packages/interleave/test/**/*.model.ts'] : []),
      ],
      exclude: Object.keys(LEFT_OUT),
      testTimeout: 600_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath: CHROMIUM, args: ['--no-sandbox'] },
        }),
        instances: [{ browser: 'chromium', name: `chromium, ${name}` }],
      },
    },
  }
}

function nodeAliases(): { find: RegExp; replacement: string }[] {
  return ['worker_threads', 'events'].map((name) => ({
    find: new RegExp(`^node:${name}$`),
    replacement: inBrowser(`node-${name.replace('_', '-')}.ts`),
  }))
}

/** Puts a module in the place of each test file that runs the file in a worker. */
function runsInWorker(): Plugin {
  return {
    name: 'runs in a worker',
    enforce: 'pre',
    load(id) {
      const [file = '', query] = id.split('?')
      if (!/\/test\/[^?]*\.test\.ts$/.test(file) || query === 'in-worker') return null
      const target = JSON.stringify(`/@fs${file}?in-worker`)
      return `import { runInWorker } from '${inBrowser('in-worker.ts')}'\nawait runInWorker(${target})`
    },
  }
}

function inBrowser(file: string): string {
  return resolve(import.meta.dirname, 'scripts/browser', file)
}
