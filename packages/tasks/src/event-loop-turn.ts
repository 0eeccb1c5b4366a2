/**
 * One turn of the event loop, so that timers and input are served. By a message of the thread to
 * itself, which every platform has and which takes some ten microseconds; a timer of 0 takes a
 * millisecond.
 */
export function eventLoopTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    const end = (): void => {
      port1.close()
      resolve()
    }
    port1.addEventListener('message', end, { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
}
