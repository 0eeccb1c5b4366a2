import { fileURLToPath } from 'node:url'
import { Piscina } from './installed/piscina.mjs'

const filename = fileURLToPath(new URL('./piscina-task.cjs', import.meta.url))
const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 })
const answer = await pool.run(21)
if (answer !== 42) throw new Error(`expected 42, got ${answer}`)
await pool.destroy()
