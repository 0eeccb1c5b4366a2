import sleep from './installed/atomic-sleep.mjs'

export function sleeps({ thread }) {
  thread('a', () => sleep(5))
  thread('b', () => sleep(5))
}
