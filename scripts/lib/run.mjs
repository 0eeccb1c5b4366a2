import { spawn } from 'node:child_process'

const running = new Set()

/**
 * Runs a command to its end and resolves to what happened; never rejects. `output` holds both
 * streams in the order they came. A command still running after `limitMs`, if there is one, or when
 * `signal` says so, is killed with its children, so that a hung worker cannot hold up CI. What is
 * printed goes to `echo` as it comes.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string>, limitMs?: number,
 *   echo?: NodeJS.WritableStream, signal?: AbortSignal }} options
 */
export function run(command, args, { cwd, env = {}, limitMs, echo, signal }) {
  const startedMs = performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const result = { code: 1, stdout: '', output: '', timedOut: false, elapsedMs: 0 }
  collect(child, result, echo)
  running.add(child)
  const stop = () => {
    result.timedOut = true
    killGroup(child)
  }
  const timer = limitMs === undefined ? undefined : setTimeout(stop, limitMs)
  signal?.addEventListener('abort', stop)
  return new Promise((resolve) => {
    const finish = (code, note = '') => {
      clearTimeout(timer)
      running.delete(child)
      result.output += note
      resolve({ ...result, code, elapsedMs: performance.now() - startedMs })
    }
    child.once('error', (error) => finish(127, `${error.message}\n`))
    child.once('close', (code) => finish(code ?? 1))
  })
}

/**
 * What a command that must end well and print something came to: `{ elapsedMs }`, or else
 * `{ problem }` as a sentence, followed by all that it printed.
 */
export function judged(what, { code, stdout, output, timedOut, elapsedMs }, limitMs) {
  if (timedOut)
    return { problem: `${what} was still running after ${inWords(limitMs)}\n${output}` }
  if (code !== 0) return { problem: `${what} ended with status ${code}\n${output}` }
  return stdout.trim() ? { elapsedMs } : { problem: `${what} printed nothing` }
}

/** Elapsed time for people: 0.4 s, 12.3 s, 3 min 20 s. */
export function inWords(elapsedMs) {
  const seconds = elapsedMs / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/** Maps with at most `width` jobs at a time; results stay in order. */
export async function mapLimited(items, width, job) {
  const results = Array.from(items, () => undefined)
  const queue = items.map((item, index) => ({ item, index }))
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      results[next.index] = await job(next.item)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}

function collect(child, result, echo) {
  child.stdout.setEncoding('utf8').on('data', (text) => {
    result.stdout += text
    result.output += text
    echo?.write(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    result.output += text
    echo?.write(text)
  })
}

/** A child in a group of its own does not see Ctrl-C, so it is passed on. */
process.on('SIGINT', () => end(130))
process.on('SIGTERM', () => end(143))

function end(status) {
  running.forEach(killGroup)
  process.exit(status)
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended by itself in the meantime.
  }
}
