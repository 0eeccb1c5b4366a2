/**
 * The first module of every worker that a test starts in a browser: it waits to be told what to
 * run, and says when that is over. What the file still does then is cut short, so that a file
 * awaits what it begins, as ours do.
 */
import { type Birth, ENDED } from './birth.ts'
import './globals.ts'

const scope = globalThis as unknown as {
  postMessage(message: unknown): void
  close(): void
}

const birth = await new Promise<Birth>((resolve) => {
  globalThis.addEventListener('message', ({ data }) => resolve(data as Birth), { once: true })
})
Object.assign(globalThis, {
  birth,
  // What Vitest puts around dynamic imports is there on its page only.
  __vitest_browser_runner__: { wrapDynamicImport: (load: () => unknown) => load() },
})
await import(/* @vite-ignore */ birth.file)
scope.postMessage(ENDED)
scope.close()
