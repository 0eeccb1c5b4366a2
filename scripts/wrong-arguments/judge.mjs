/** What V8 says when code goes on with a value that it should have looked at. */
const RAW = [
  /^Cannot (read|set|destructure|convert|mix|use 'in'|create|assign|access|perform|redefine|add)/,
  / is not (a function|iterable|a constructor|defined|an object|extensible|a typed array|a valid)/,
  /^Invalid (array|typed array|array buffer|count|time|DataView|atomic|code point|regular|Date)/,
  /^(Offset|Start offset|start offset|byte length|offset|Array buffer|ArrayBuffer)\b/,
  /^(Method|Class constructor|Object prototype|Reduce of|Spread syntax|Maximum call|Atomics)\b/,
  /^(The number |Division by zero|BigInt|Private (field|method)|Receiver|First argument)/,
  /^\[object \w+\] (is not|could not)|called on incompatible|must be (an instance|of type)|#<\w+>/,
  /'caller', 'callee'|is read-only|getter|toString' of|SharedArrayBuffer/,
]

/**
 * Whether an error is the engine's, of a value that nobody looked at, and not a sentence of ours.
 */
export function isRaw(error) {
  if (!(error instanceof Error)) return true
  if (Object.hasOwn(error, 'name') && error.name !== 'Error') return false
  if (/\bcame\b|expected/.test(error.message)) return false
  return RAW.some((pattern) => pattern.test(error.message))
}
