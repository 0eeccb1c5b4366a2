import { Mutex, Semaphore } from './installed/multithreading.mjs'

export function mutex({ thread }) {
  const lock = new Mutex(new Int32Array(new SharedArrayBuffer(4)))
  const add = () => {
    const guard = lock.blockingLock()
    guard.value[0]++
    guard.dispose()
  }
  thread('a', add)
  thread('b', add)
}

/** A thread wants both permits, another one, which is free before the second is given back. */
export function semaphoreOfMixedAmounts({ thread }) {
  const semaphore = new Semaphore(2)
  const [first, second] = [semaphore.tryAcquire(1), semaphore.tryAcquire(1)]
  const done = new Int32Array(new SharedArrayBuffer(4))
  thread('wants two', () => semaphore.blockingAcquire(2).dispose())
  thread('wants one', () => {
    semaphore.blockingAcquire(1).dispose()
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  })
  thread('holder', () => {
    first.dispose()
    while (Atomics.load(done, 0) === 0) Atomics.wait(done, 0, 0)
    second.dispose()
  })
}
