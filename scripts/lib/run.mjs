import { spawn } from 'node:child_process'

/**
 * Runs a command to its end and resolves to what happened; never rejects. `output` holds both
 * streams in the order they came. A command still running after `limitMs` is killed with its
 * children, so that a hung worker cannot hold up CI.
 */
export function run(command, args, { cwd, env = {}, limitMs = 15 * 60_000, echo } = {}) {
  const startedMs = performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const result = { code: 1, stdout: '', output: '', timedOut: false, elapsedMs: 0 }
  collect(child, result, echo)
  const release = tieToParent(child)
  const timer = setTimeout(() => {
    result.timedOut = true
    killGroup(child)
  }, limitMs)
  return new Promise((resolve) => {
    const finish = (code, note = '') => {
      clearTimeout(timer)
      release()
      result.output += note
      resolve({ ...result, code, elapsedMs: performance.now() - startedMs })
    }
    child.once('error', (error) => finish(127, `${error.message}\n`))
    child.once('close', (code) => finish(code ?? 1))
  })
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

/** A child in its own group does not see Ctrl-C, so the parent passes its own end on. */
function tieToParent(child) {
  const onSignal = (signal) => {
    killGroup(child)
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  const signals = ['SIGINT', 'SIGTERM']
  for (const signal of signals) process.once(signal, onSignal)
  return () => signals.forEach((signal) => process.off(signal, onSignal))
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended by itself in the meantime.
  }
}
