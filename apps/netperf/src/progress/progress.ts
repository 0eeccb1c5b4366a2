import { SingleBar } from 'cli-progress'

/** Shows how far a plan is, on standard error only. */
export interface Progress {
  /** About how many milliseconds the whole plan takes. */
  start(totalMs: number): void
  /** The next job begins. */
  job(title: string): void
  /** A part of a job is done. */
  advance(ms: number): void
  stop(): void
}

/** A bar on a terminal, a line per job elsewhere. */
export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new BarProgress(stream) : new LineProgress(stream)
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  start(): void {}

  job(title: string): void {
    this.#stream.write(`${title}\n`)
  }

  advance(): void {}

  stop(): void {}
}

class BarProgress implements Progress {
  readonly #bar: SingleBar
  #doneMs = 0

  constructor(stream: NodeJS.WritableStream) {
    this.#bar = new SingleBar({
      stream,
      format: '{bar} {percentage} %  {title}',
      barsize: 30,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      // Its handlers would swallow SIGTERM; the plan's runner stops the bar on every way out.
      gracefulExit: false,
    })
  }

  start(totalMs: number): void {
    this.#bar.start(totalMs, 0, { title: '' })
  }

  job(title: string): void {
    this.#bar.update({ title })
  }

  advance(ms: number): void {
    this.#doneMs += ms
    this.#bar.update(this.#doneMs)
  }

  stop(): void {
    this.#bar.stop()
  }
}
