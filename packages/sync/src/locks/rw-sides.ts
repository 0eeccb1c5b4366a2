import type { Address } from '@smpnet/memory'
import type { LockAbandoned } from '../errors.ts'
import type { Home } from '../offered/offered.ts'
import type { RwWord } from '../words/rw-word.ts'
import { Section } from '../offered/section.ts'
import { SharedSection } from '../offered/shared-section.ts'
import { expectWaiter, type Outcome, type Until, type Waiter, type Waiting } from '@smpnet/park'

/** A lock with readers and writers as its readers enter it. Not to be entered again inside. */
export class ReadSide extends SharedSection {
  constructor(
    readonly word: RwWord,
    home: Home | undefined,
    override readonly isSleepable = false,
  ) {
    super(home)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.word.at
  }

  name(): string {
    return this.word.name()
  }

  tryEnter(td: Waiter): boolean {
    return this.word.tryRead(td)
  }

  enter(td: Waiter, until?: Until): Waiting<Outcome> {
    expectWaiter(td, 'lock.enter', 'lockSync, or awaits lock')
    return this.word.read(td, until)
  }

  tryExit(td: Waiter): boolean {
    return this.word.tryUnread(td)
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'lock.exit', 'unlock')
    return this.word.unread(td)
  }

  override holder(): Address {
    return this.word.writer()
  }

  override isBereft(): boolean {
    return this.word.isBereft(this.home?.here.lot)
  }

  override obituary(): LockAbandoned {
    return obituaryOf(this.word, this.home)
  }
}

/** The same lock as its writers enter it. */
export class WriteSide extends Section {
  constructor(
    readonly word: RwWord,
    home: Home | undefined,
    override readonly isSleepable = false,
  ) {
    super(home)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.word.at
  }

  name(): string {
    return this.word.name()
  }

  tryEnter(td: Waiter): boolean {
    return this.word.tryWrite(td)
  }

  enter(td: Waiter, until?: Until): Waiting<Outcome> {
    expectWaiter(td, 'lock.enter', 'lockSync, or awaits lock')
    return this.word.write(td, until)
  }

  tryExit(td: Waiter): boolean {
    return this.word.tryUnwrite(td)
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'lock.exit', 'unlock')
    return this.word.unwrite(td)
  }

  override holder(): Address {
    return this.word.writer()
  }

  override isBereft(): boolean {
    return this.word.isBereft(this.home?.here.lot)
  }

  override obituary(): LockAbandoned {
    return obituaryOf(this.word, this.home)
  }
}

function obituaryOf(word: RwWord, home: Home | undefined): LockAbandoned {
  return word.obituary(home?.here.lot.threadOf(word.deceased()))
}
