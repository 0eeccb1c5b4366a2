import { afterEach, expect, it, vi } from 'vitest'
import { CannotBlock } from '../src/index.ts'

afterEach(() => void vi.restoreAllMocks())

it('a lock is entered or not at once, and says what else there is', async () => {
  vi.resetModules()
  const fresh = await import('../src/index.ts')
  const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    throw new TypeError('Atomics.wait cannot be called in this context')
  })
  const domain = fresh.SyncDomain.create()
  const mutex = fresh.Mutex.create(domain)
  const guard = await mutex.lock()
  expect(() => mutex.lockSync({ timeoutMs: 5 })).toThrow(fresh.CannotBlock)
  expect(() => mutex.lockSync({ timeoutMs: 5 })).toThrow('`await mutex.lock()`')
  expect(wait).toHaveBeenCalled()
  wait.mockClear()
  expect(() => mutex.lockSync({ timeoutMs: 0 })).toThrow(fresh.LockTimeout)
  guard.unlock()
  mutex.lockSync({ timeoutMs: 0 }).unlock()
  expect(wait).not.toHaveBeenCalled()
  expect(CannotBlock.prototype).toBeInstanceOf(TypeError)
})
