import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, type TestContext } from 'vitest'
import { findChromium } from '../lib/chromium.mjs'
import { fencedBlocks } from '../lib/markdown.mjs'
import { bundled } from '../loads/bundle.mjs'
import { printedBy } from '../loads/page.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const README = readFileSync(`${ROOT}packages/ifqueue/README.md`, 'utf8')

/** The block of the README that is marked so, bundled as the script of a page or of its worker. */
async function scriptOf(mark: string): Promise<string> {
  const found = fencedBlocks(README).find(({ info }) => info.includes(mark))
  if (found === undefined) throw new Error(`expected a block marked ${mark} in the README`)
  return (await bundled(found.code, { format: 'esm', root: ROOT })).text
}

function chromium(context: TestContext): string {
  return findChromium() ?? context.skip('there is no chromium: SMPNET_CHROMIUM may say where')
}

describe('Queues between a page and its worker, bundled', () => {
  it('carry what the README says', async (context) => {
    const files = { 'page.js': await scriptOf('page'), 'worker.js': await scriptOf('page-worker') }
    const printed = await printedBy(chromium(context), files, { lines: 3 })
    expect(printed).toEqual(['1 1', '2 4', '3 9'])
  })

  it('carry records in place, one by one, from a worker that waits for room', async (context) => {
    const made = `
      import { RecordQueue } from '@smpnet/ifqueue'
      const queue = RecordQueue.create({ kind: 'spsc', recordBytes: 8, records: 4 })
      new Worker('worker.js', { type: 'module' }).postMessage(queue.handle)
      let [sum, at] = [0, 0]
      for (; (at = await queue.peek()) >= 0; queue.release()) sum += queue.words[at >> 2]
      console.log(sum)`
    const opened = `
      import { RecordQueue } from '@smpnet/ifqueue'
      onmessage = ({ data }) => {
        const queue = RecordQueue.open(data)
        for (let n = 1; n <= 1000; n++) {
          queue.words[queue.reserveSync() >> 2] = n
          queue.commit()
        }
        queue.close()
      }`
    const [page, worker] = await Promise.all(
      [made, opened].map((code) => bundled(code, { format: 'esm', root: ROOT })),
    )
    const files = { 'page.js': page!.text, 'worker.js': worker!.text }
    expect(await printedBy(chromium(context), files, { lines: 1 })).toEqual(['500500'])
  })

  it('say what a page lacks that is not isolated', async (context) => {
    const files = { 'page.js': await scriptOf('page'), 'worker.js': '' }
    const printed = await printedBy(chromium(context), files, { lines: 1, headers: {} })
    expect(printed.join()).toContain('Cross-Origin-Opener-Policy: same-origin')
  })
})
