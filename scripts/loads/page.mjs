import { createServer } from 'node:http'
import { chromium } from 'playwright'

/** What a page needs that shares memory with its workers. */
export const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const HTML =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>'

/**
 * Opens a page whose scripts are `files`, `page.js` among them, and resolves to what it has printed
 * when `lines` lines have come, or to its error.
 *
 * @param {string} executablePath of the browser
 * @param {Record<string, string>} files
 * @param {{ lines: number, headers?: Record<string, string>, limitMs?: number }} options
 */
export async function printedBy(executablePath, files, options) {
  const { lines, headers = ISOLATED, limitMs = 60_000 } = options
  const server = createServer(({ url = '/' }, response) => {
    const file = url === '/' ? HTML : files[url.slice(1)]
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(file === undefined ? 404 : 200, { ...headers, 'Content-Type': type })
    response.end(file)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const printed = []
    const all = new Promise((done) => {
      const add = (text) => {
        printed.push(text)
        if (printed.length === lines) done(undefined)
      }
      page.on('console', (message) => add(message.text()))
      page.on('pageerror', (error) => {
        printed.push(String(error))
        done(undefined)
      })
      setTimeout(done, limitMs).unref()
    })
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    await page.goto(`http://127.0.0.1:${port}/`)
    await all
    return printed
  } finally {
    await browser.close()
    server.close()
  }
}
