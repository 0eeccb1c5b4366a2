import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { forTerminal, escapedJson } from '../src/output/characters.ts'
import { writeTogether } from '../src/output/whole-file.ts'
import { thorough } from '@smpnet/testing/models'
import { bin, netperf, netperfProcess } from './run-netperf.ts'

const folder = mkdtempSync(join(tmpdir(), 'netperf-endings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const UPTIME = 'run uptime --timecounter TSC'

/** Runs a line of the shell in which `netperf` is the built command. */
function shell(line: string, env: Record<string, string> = {}) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const script = `netperf() { "${process.execPath}" "${bin}" "$@"; }\nset -o pipefail\n${line}`
    const child = spawn('bash', ['-c', script], {
      env: { ...process.env, NO_COLOR: '1', ...env },
      cwd: folder,
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

const FULL = 'netperf: expected standard output to take what was measured, got a disk that is full'

describe('standard output', () => {
  it.each([
    ['of a run', `netperf ${UPTIME}`],
    ['of a document', `netperf ${UPTIME} --json`],
    ...thorough(
      [
        ['of help', 'netperf --help'],
        ['of the version', 'netperf --version'],
        ['of an experiment', 'netperf experiment hpet --quick --out full'],
      ],
      [],
    ),
  ])(
    'that is full is one sentence and status 2, %s',
    async (_of, line) => {
      const { status, stderr } = await shell(`${line} > /dev/full`)
      expect(status).toBe(2)
      expect(stderr).toContain(FULL)
      expect(stderr).not.toContain('    at ')
    },
    600_000,
  )

  it.each([
    ['went away', `netperf ${UPTIME} | true`],
    ['is closed', `netperf ${UPTIME} >&-`],
  ])('that %s is no mistake', async (_how, line) => {
    const { status, stderr } = await shell(line)
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('netperf:')])
  })
})

describe('standard error', () => {
  it.each([
    ['is full', '2> /dev/full'],
    ['is closed', '2>&-'],
    ['went away', '2> >(true)'],
  ])('that %s takes nothing from the result', async (_how, redirection) => {
    const { status, stdout } = await shell(`netperf ${UPTIME} --json ${redirection}`)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ workload: 'uptime' }] })
  })

  it('that is full still leaves with status 2', async () => {
    expect(await shell('netperf run nonsense 2> /dev/full')).toMatchObject({ status: 2 })
  })

  it.runIf(thorough(true, false))(
    'may end before an experiment, whose page is written all the same',
    async () => {
      const line = 'netperf experiment hpet --quick --out ended 2>&1 | head -1'
      await shell(line)
      expect(readdirSync(join(folder, 'ended'))).toContain('hpet.html')
    },
    600_000,
  )
})

describe('a folder', () => {
  it.each(['/proc/x', '/proc/x/y', '/dev/full/x'])('%s is refused at once', async (out) => {
    const { status, stderr } = await netperf(['experiment', 'hpet', '--quick', '--out', out])
    expect(status).toBe(2)
    expect(stderr).toContain(`netperf: expected --out to be a folder to write to, got "${out}"`)
  })

  it('keeps all of what it had when one of several files cannot be written', () => {
    const place = mkdtempSync(join(folder, 'kept-'))
    writeFileSync(join(place, 'a.svg'), 'old')
    const files = new Map([
      ['a.svg', 'new'],
      ['missing/b.svg', 'new'],
    ])
    expect(() => writeTogether(place, files)).toThrow('ENOENT')
    expect(readdirSync(place)).toEqual(['a.svg'])
    expect(readFileSync(join(place, 'a.svg'), 'utf8')).toBe('old')
  })

  it('keeps the report of a whole run when a later one is interrupted', async () => {
    const out = mkdtempSync(join(folder, 'whole-'))
    const page = 'the last good report'
    writeFileSync(join(out, 'hpet.html'), page)
    const ended = await netperfProcess(['experiment', 'hpet', '--out', out], (child) => {
      child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 1500))
    })
    expect(ended.status).toBe(130)
    expect(ended.stdout).toMatch(/Interrupted: \d+ of \d+ jobs were measured/)
    expect(ended.stdout).not.toContain('Findings')
    expect(readFileSync(join(out, 'hpet.html'), 'utf8')).toBe(page)
    const own = readFileSync(join(out, 'hpet.interrupted.html'), 'utf8')
    expect(own).toMatch(/Interrupted: \d+ of \d+ jobs/)
    const text = readFileSync(join(out, 'hpet.interrupted.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ interrupted: true, findings: [] })
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([])
  }, 600_000)
})

describe('a trace', () => {
  const SIM = ['trace', 'rr', '--machine', 'sim', '--duration', '100us']

  it.each([
    ['', 'no name'],
    ['.', 'a folder'],
    ['/nodir/x.json', 'a folder that does not exist'],
    ['/proc/x.json', 'a folder that does not exist'],
  ])('to "%s" is refused before anything runs', async (out, came) => {
    const { status, stdout, stderr } = await netperf([...SIM, '--out', out])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      `netperf: expected --out to be a file that can be written, got ${came}: "${out}"\n`,
    )
  })

  it('to a device that is full is one sentence', async () => {
    const { status, stderr } = await netperf([...SIM, '--out', '/dev/full'])
    expect([status, stderr]).toEqual([2, expect.stringContaining('a disk that is full (ENOSPC)')])
  })

  it('may go to standard output', async () => {
    const { status, stdout } = await netperf([...SIM, '--out', '-'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toHaveProperty('traceEvents')
  })

  it.each([
    ['--memory 4k', "of the memory's 4096 bytes"],
    ['--cpus 256 --profile xeon-8176 --events 1048576', 'expected --events of 256 CPUs to be at'],
  ])('with %s that does not fit says so', async (args, sentence) => {
    const { status, stderr } = await netperf([...SIM, ...args.split(' ')])
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
    expect(stderr).not.toContain('unexpected')
  })
})

const SENTENCES = [
  ['run rr --machine sim --pairs 1024', 'of --pairs with their --buffer or --size to be at most'],
  ['run rr --machine sim --memory 1k', 'without --memory a kernel has what it needs'],
  ['run forward --cpus 64', 'of xeon-e5-2650 (--profile xeon-8176 has '],
  ['run forward --path-lock a:mutex:shared:0', 'and a count from 1 to 999'],
  ['run rr --buffer 3000', 'expected --buffer to be a power of two of bytes, got "3000"'],
  ['run rr --machine live --profile xeon-8176', 'expected --profile with --machine sim'],
  ['sweep', 'presets, show, calibrate, validate), got "sweep"'],
  ['sweep --help', 'got "sweep"'],
] as const

describe('a sentence', () => {
  it.each(SENTENCES)('netperf %s names the flag and the cure', async (args, sentence) => {
    const { status, stdout, stderr } = await netperf(args.split(' '))
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })

  it.runIf(thorough(true, false))(
    'ends a simulated machine whose boot module loops',
    async () => {
      const args = ['run', 'rr', '--machine', 'sim', '--boot', fixture('boot-hangs.mjs')]
      const { status, stderr } = await netperf(args)
      expect(status).toBe(2)
      expect(stderr).toMatch(
        /worker module boot-hangs\.mjs: it had not set up its CPUs after \d+0000 ms/,
      )
    },
    300_000,
  )

  it.each(['live', 'sim'])('of a module that throws lines is one line, %s', async (machine) => {
    const file = join(folder, 'lines.mjs')
    writeFileSync(file, "throw new Error('one\\ntwo')\n")
    const { stderr } = await netperf(['run', 'rr', '--machine', machine, '--boot', file])
    expect(stderr).toMatch(/netperf: .*one\n$/)
    expect(stderr).not.toContain('two')
  })
})

describe('text', () => {
  it('begins in the first line', async () => {
    const { stdout } = await netperf(UPTIME.split(' '))
    expect(stdout).toMatch(/^simulated: profile xeon-e5-2650/)
  })

  it('has no character that a latin-1 terminal shows as another', async () => {
    const { stdout } = await shell(`netperf ${UPTIME}`, { LC_ALL: 'de_DE.ISO-8859-1' })
    expect(stdout).toMatch(/x fewest cpus/)
    expect(stdout).toMatch(/^[\0-\x7f]*$/)
  })

  it.each([
    [{}, '1 µs × 2 – ’'],
    [{ LANG: 'en_US.UTF-8' }, '1 µs × 2 – ’'],
    [{ LANG: 'C.utf8' }, '1 µs × 2 – ’'],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, "1 us x 2 - '"],
    [{ LANG: 'de_DE' }, "1 us x 2 - '"],
  ])('with %j is %s', (environment, text) => {
    expect(forTerminal('1 µs × 2 – ’', environment)).toBe(text)
    expect(JSON.parse(escapedJson('"µ ×"', environment))).toBe('µ ×')
  })
})

describe('a disk that fills up', () => {
  const SHORT = ['--cpus', '1,2,4', '--duration', '50us', '--runs', '1']

  it('leaves no half of a trace, nor of a report', async (context) => {
    const mount = await shell(
      `mkdir -p tiny && mount -t tmpfs -o size=32k none tiny && echo mounted`,
    )
    if (!mount.stdout.includes('mounted')) context.skip('no file system may be mounted')
    try {
      const out = join(folder, 'tiny', 't.json')
      const args = ['trace', 'rr', '--machine', 'sim', '--duration', '500us', '--out', out]
      const { status, stderr } = await netperf(args)
      expect([status, stderr]).toEqual([2, expect.stringContaining('a disk that is full')])
      expect(readdirSync(join(folder, 'tiny'))).toEqual([])
      const walks = await netperf(['run', 'list_walk', '--machine', 'sim', ...SHORT, '--json'])
      writeFileSync(join(folder, 'walks.json'), walks.stdout)
      const report = [join(folder, 'walks.json'), '--out', join(folder, 'tiny')]
      const ended = await netperf(['show', ...report])
      expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining('ENOSPC')])
      expect(readdirSync(join(folder, 'tiny'))).toEqual([])
    } finally {
      await shell('umount tiny')
    }
  }, 600_000)
})
