import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { thorough } from '@smpnet/testing/models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { experiments } from '../../src/catalog/experiments.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Row } from '../../src/model/row.ts'
import { netperf } from '../run-netperf.ts'

interface Document {
  readonly question: string
  readonly rows: readonly Row[]
  readonly findings: readonly Finding[]
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netperf-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FEW = ['hpet']
const answered = [...experiments.values()].filter(({ name }) => thorough(true, FEW.includes(name)))

describe.each(answered)('netperf experiment $name', ({ name, question, exhibits }) => {
  it('answers its question in JSON, writes pictures and a page, and is shown again', async () => {
    const out = join(folder, name)
    const args = ['experiment', name, '--quick', '--json', '--out', out, '--seed', '3']
    const ended = await netperf(args)
    expect([ended.status, ended.stderr]).toEqual([0, expect.stringContaining(`${name}.html`)])
    const document = JSON.parse(ended.stdout) as Document
    expect(document.question).toBe(question)
    expect(document.rows.length).toBeGreaterThan(0)
    expect(document.findings.length).toBeGreaterThan(0)
    for (const finding of document.findings) {
      expect(finding).toMatchObject({ machine: expect.stringMatching(/^(live|sim)$/) })
      expect(finding.claim).not.toMatch(/NaN|undefined|Infinity|\[object/)
      expect(finding.profile).not.toBe('')
      expect(finding.evidence.length).toBeGreaterThan(0)
    }
    const simulated = document.rows.filter(({ machine }) => machine === 'sim')
    const profiles = new Set(simulated.map(({ profile }) => profile))
    expect(profiles.size).toBeGreaterThanOrEqual(2)
    expect(new Set(simulated.map(({ seed }) => seed))).toEqual(new Set([3]))
    expectReport(out, name)
    // What an experiment finds without measuring is not among the rows that are shown again.
    if (exhibits !== undefined) return
    const again = await netperf(['show', join(out, `${name}.json`)])
    for (const { claim } of document.findings) {
      expect(inOneLine(again.stdout)).toContain(inOneLine(claim))
    }
  })
})

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** The page has all pictures in it and asks for nothing from elsewhere. */
function expectReport(out: string, name: string): void {
  const files = readdirSync(out)
  expect(files).toContain(`${name}.svg`)
  expect(files).toContain(`${name}.json`)
  const page = readFileSync(join(out, `${name}.html`), 'utf8')
  expect(page).not.toMatch(/<(?:link|img|script src)|NaN|undefined|\[object/)
  for (const breadth of ['wide', 'narrow']) {
    expect(page.split(`<figure class="${breadth}"><svg`)).toHaveLength(files.length - 1)
  }
}

describe('netperf experiment', () => {
  it('lists the questions', async () => {
    const { status, stdout } = await netperf(['experiment'])
    expect(status).toBe(0)
    for (const { name, summary } of experiments.values()) {
      expect(stdout).toContain(`${name.padEnd(16)} ${summary}`)
    }
    expect(stdout.trim().split('\n')).toHaveLength(experiments.size)
  })

  it('refuses a folder that it cannot write to', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const [{ name = '' } = {}] = experiments.values()
    const ended = await netperf(['experiment', name, '--quick', '--out', file])
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain(`expected --out to be a folder to write to, got "${file}"`)
  })
})
