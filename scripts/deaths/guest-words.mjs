/**
 * Words of a guest: its steps, a socket each; answers that were not what it had asked; after how
 * many changes of memory it ends, or 0; and whether it is told to end.
 */
export const [STEPS, WRONG, CHANGES, END] = [0, 1, 2, 3]
