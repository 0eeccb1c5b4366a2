/** What a caller may pass by mistake, as one value of each kind. */
export function wrongValues() {
  return [
    undefined,
    null,
    Number.NaN,
    -1,
    0.5,
    2 ** 31,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    '',
    '5',
    true,
    1n,
    Symbol('a symbol'),
    {},
    [],
    Object.create(null),
    () => 1,
    Map,
    new Int32Array(4),
    new ArrayBuffer(64),
    new Map(),
    { handle: {} },
    { at: 64, kind: 'mutex', version: 2, domain: {}, shape: {} },
    { buffer: new SharedArrayBuffer(128), at: 0, lot: {} },
  ]
}

/** As a report shows it, on one line. */
export function shown(value) {
  if (typeof value === 'symbol' || typeof value === 'function') return String(value).slice(0, 30)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return `'${value}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? 'null-prototype'
  return name === 'Object' ? `{${Object.keys(value).join(', ')}}` : name
}
