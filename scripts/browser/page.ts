/**
 * Before the tests of a page: a test that blocks is skipped there, and says why. It is not lost, as
 * every test file runs in a worker of the page as well, where blocking is allowed.
 */
import { beforeEach, type TestContext } from 'vitest'
import './globals.ts'

let running: TestContext | undefined

beforeEach((context) => {
  running = context
})

const wait = Atomics.wait.bind(Atomics) as (...given: unknown[]) => string
Object.assign(Atomics, {
  wait: (...given: unknown[]): string => {
    running?.skip('a page may not block: this test runs in a worker')
    return wait(...given)
  },
})
