// One process that does one command line after another, as `bin/netperf.js` does one. Standard
// output and standard error of each are caught and sent back with the status it would end with.
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000')
setFlagsFromString('--max-inlined-bytecode-size=1000')
const { main } = await import('../dist/main.js')
const [node, script] = process.argv

/** @type {{ stdout: string, stderr: string }} */
let caught = { stdout: '', stderr: '' }
for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
  process[name].write = (text, ...more) => {
    caught[name] += text
    more.at(-1)?.()
    return true
  }
}

process.on('message', async (/** @type {string[]} */ args) => {
  caught = { stdout: '', stderr: '' }
  process.argv = [node, script, ...args]
  const mistake = await main(process.argv)
  if (mistake !== undefined) caught.stderr += `netperf: ${mistake}\n`
  process.send?.({ status: mistake === undefined ? 0 : 2, ...caught })
})
process.send?.('ready')
