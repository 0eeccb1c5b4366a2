/** The package's worker, and a main thread in words of our own that answers as its own does. */
const answers =
  (isAtomic) =>
  ({ thread }) => {
    const options = { workerData: isAtomic }
    const file = new URL('./coincident-main.mjs', import.meta.url)
    thread('process', () => void new globalThis.Worker(file, options))
  }

/** The word that the worker waits for is written as any other element is. */
export const answersByAPlainWrite = answers(false)
export const answersAtomically = answers(true)
