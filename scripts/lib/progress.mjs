import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inWords } from './run.mjs'

/** Where the tally is written, for the process that started Vitest; none when it is not set. */
export const TALLY_ENV = 'SMPNET_TEST_TALLY'
/** Milliseconds between two words on how far it is, and of silence before the first on that. */
const [EVERY_MS, STALL_MS] = (process.env['SMPNET_TEST_PACE'] ?? '15000,120000')
  .split(',')
  .map(Number)

/**
 * Vitest reporter: prints a failure when it happens, with its message, in which the seed or the
 * schedule stands that repeats it; says now and then how far the run is; and names the files
 * under way when no test has ended for long. What has ended is tallied in a file meanwhile, so
 * that a run that is killed is counted, too.
 */
export default class Progress {
  #startedMs = 0
  #lastEndMs = 0
  #saidMs = 0
  #wroteMs = 0
  #stalls = 0
  #timer
  #context
  #files = 0
  #done = 0
  #underWay = new Map()
  #failures = []
  #slow = []
  #tally = { passed: 0, failed: 0, skipped: 0, underWay: [], tests: 0, hasEnded: false }

  onInit(context) {
    this.#context = context
  }

  onTestRunStart(specifications) {
    this.#files = specifications.length
    this.#startedMs = this.#lastEndMs = this.#saidMs = performance.now()
    const pace = Math.min(EVERY_MS, STALL_MS) / 4
    this.#timer = setInterval(() => this.#look(), pace)
    this.#timer.unref()
    this.#write()
  }

  onTestModuleStart(module) {
    this.#underWay.set(module.id, this.#named(module))
    this.#write()
  }

  onTestCaseResult(test) {
    this.#lastEndMs = performance.now()
    this.#stalls = 0
    this.#tally.tests += 1
    if (this.#lastEndMs - this.#wroteMs > 1000) this.#write()
    if (test.result().state !== 'failed') return
    this.#fail(`${this.#named(test.module)} > ${test.fullName}`, test.result().errors, test)
  }

  onTestModuleEnd(module) {
    this.#lastEndMs = performance.now()
    this.#stalls = 0
    this.#done += 1
    this.#underWay.delete(module.id)
    this.#count(module)
    this.#slow.push([module.diagnostic().duration, this.#named(module)])
    this.#write()
  }

  onTestRunEnd(_modules, errors) {
    clearInterval(this.#timer)
    for (const error of errors) this.#fail('outside every test', [error])
    this.#tally.hasEnded = true
    this.#write()
    this.#sum()
  }

  /** A file that does not load, or whose hook failed beside tests that passed, is one failure. */
  #count(module) {
    let failedTests = 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') this.#tally.passed += 1
      else if (state === 'failed') failedTests += 1
      else this.#tally.skipped += 1
    }
    const isBroken = module.state() === 'failed' && failedTests === 0
    this.#tally.failed += failedTests + (isBroken ? 1 : 0)
    if (isBroken) this.#fail(this.#named(module), hookErrors(module), module)
  }

  #fail(title, errors, entity) {
    this.#failures.push(title)
    this.#say(`\nFAILED ${title}`)
    for (const error of errors) {
      this.#context.logger.printError(error, {
        project: entity?.project ?? this.#context.getRootProject(),
        task: entity?.task,
        type: 'error',
      })
    }
  }

  #look() {
    const now = performance.now()
    if (now - this.#lastEndMs > STALL_MS * (this.#stalls + 1)) {
      this.#stalls += 1
      const quiet = inWords(now - this.#lastEndMs)
      this.#say(`no test has ended for ${quiet}; under way: ${this.#names()}`)
    } else if (now - this.#saidMs > EVERY_MS) this.#say(this.#position())
  }

  #position() {
    const failed = this.#failures.length > 0 ? `, ${this.#failures.length} failed` : ''
    const ended = `${this.#done} of ${this.#files} files, ${this.#tally.tests} tests${failed}`
    return `${this.#elapsed()}: ${ended}; now ${this.#names()}`
  }

  #sum() {
    const slowest = this.#slow.sort(([one], [other]) => other - one).slice(0, 5)
    const words = slowest.map(([durationMs, name]) => `${name} ${inWords(durationMs)}`)
    this.#say(`\n${this.#done} files in ${this.#elapsed()}; the slowest: ${words.join(', ')}`)
    if (this.#failures.length > 0) this.#say(`Failed:\n  ${this.#failures.join('\n  ')}`)
  }

  #names() {
    return [...this.#underWay.values()].join(', ') || 'between two files'
  }

  #elapsed() {
    return inWords(performance.now() - this.#startedMs)
  }

  /** The path from the root of the run, and the project's name where there are several. */
  #named({ moduleId, project }) {
    const path = relative(this.#context.config.root, moduleId)
    return project.name ? `${path} (${project.name})` : path
  }

  #say(line) {
    this.#saidMs = performance.now()
    this.#context.logger.log(line)
  }

  #write() {
    this.#wroteMs = performance.now()
    const path = process.env[TALLY_ENV]
    const underWay = [...this.#underWay.values()]
    if (path) writeFileSync(path, JSON.stringify({ ...this.#tally, underWay }))
  }
}

/** Errors of the file itself and of every hook in it. */
function hookErrors(module) {
  const suites = [...module.children.allSuites()]
  return [...module.errors(), ...suites.flatMap((suite) => suite.errors())]
}
