import { layout, word } from '@smpnet/memory'

/**
 * What a lot keeps for the scheduler of each CPU, beside the words of each waiter's entry
 * (`WAITER`, from `own` on): the threads of that CPU that are to be told what others lend them. The
 * lot only makes room for it: which thread lends what to which is a scheduler's to say, and plain
 * threads have no priority.
 */
export const NOTICES = layout('notices', {
  /** (m) Under `lock`: the first of a list through the entries' `notice`; 0 or 1 if it is empty. */
  head: word('m', 'notices'),
  /** (x) The spin lock of the list. Taken under a list of loans, never before. */
  lock: word('x', 'notices'),
})
