/** Throws an Error that says what broke, for checks that run on mutants as well. */
export function expectSame(what: string, came: unknown, expected: unknown): void {
  const [one, other] = [came, expected].map((value) => text(value))
  if (one !== other) throw new Error(`${what}: expected ${other}, came ${one}`)
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? `${each}n` : each instanceof Uint8Array ? [...each] : each,
  )
}

/** Bytes of hexadecimal digits; blanks are for readers. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}
