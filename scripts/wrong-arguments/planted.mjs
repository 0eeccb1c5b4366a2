/**
 * Faults that must be found, for the test of this check: as packages and subjects would have them.
 */
export function planted(which) {
  if (which === 'hang') return { planted: { hangs }, made: {} }
  if (which !== 'faults') return { made: {} }
  return {
    planted: { believes, awaitsWhatItBelieves, Unlisted },
    made: { Changed: aChanged },
    valid: {
      'planted.divides': () => ({ run: divides, list: [64, { at: 128, of: { size: 8 } }] }),
      'planted.refuses': () => ({ run: refuses, list: [64] }),
    },
  }
}

function believes(value) {
  return value.first.second
}

async function awaitsWhatItBelieves(value) {
  return value.first.second
}

function hangs(value) {
  for (;;) if (value === 1) return
}

/** Looks at its first argument, and believes a field of a field of its second one. */
function divides(bytes, options) {
  if (typeof bytes !== 'number')
    throw new TypeError(`bytes: expected a number, came ${typeof bytes}`)
  if (typeof options?.of?.size !== 'undefined') return Number.isInteger(options.of.size / 8)
  throw new TypeError('expected a size, came none')
}

/** Also what is right. */
function refuses() {
  throw new TypeError('bytes: expected others, came these')
}

class Unlisted {
  field = 1
}

function aChanged() {
  const buffer = new SharedArrayBuffer(64)
  const subject = {
    changes(value) {
      new Int32Array(buffer)[0] = 7
      throw new TypeError(`a value: expected none, came a ${typeof value}`)
    },
  }
  return { subject, buffer }
}
