/** What is known of a connection that is held back. */
export interface HeldBack {
  /** Bytes of its buffer that came, with the lengths of records. */
  readonly bytes: number
  /** Whether more may come: its peer has not sent all, and lives. */
  readonly mayGrow: boolean
}

/** Says which connections of a listener are not accepted yet: accept_filter(9). */
export interface AcceptFilter {
  readonly name: string
  /** Whether a connection is to be accepted now. It is asked whenever something has come. */
  isReady(connection: HeldBack): boolean
  readonly summary: string
}

/** Every accept filter, a row each; SO_ACCEPTFILTER takes their names. */
export const acceptFilters = [
  {
    name: 'dataready',
    isReady: ({ bytes, mayGrow }) => bytes > 0 || !mayGrow,
    summary: 'until bytes, the end or a reset have come',
  },
] as const satisfies readonly AcceptFilter[]

export type FilterName = (typeof acceptFilters)[number]['name']

/** The filter of a number from 1, as the words of sockets have it; undefined for none, 0. */
export function filterOf(number: number): AcceptFilter | undefined {
  return acceptFilters[number - 1]
}
