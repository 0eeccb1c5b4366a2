import vm from 'node:vm'

/**
 * Threads that lack what others have, each by the globals that it has beside those of the language.
 * A context of `node:vm` has none, which is what an AudioWorklet has.
 */
export const HOSTS = {
  'an AudioWorklet': () => ({}),
  'a page that is not cross-origin isolated': () => ({ ...WEB, SharedArrayBuffer: undefined }),
  "Jest's jsdom": () => ({ ...WEB, MessageChannel: undefined }),
}

const WEB = {
  AbortController,
  AbortSignal,
  clearInterval,
  clearTimeout,
  console,
  MessageChannel,
  performance,
  setInterval,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
}

/** What a bundle exports on such a host. Throws what it throws when it is loaded. */
export function loadedOn(host, text, format) {
  const globals = HOSTS[host]()
  const context = vm.createContext({})
  for (const [name, value] of Object.entries(globals)) {
    if (value === undefined) vm.runInContext(`delete globalThis.${name}`, context)
    else context[name] = value
  }
  vm.runInContext(
    'Atomics.wait = () => { throw new TypeError("Atomics.wait cannot be called") }',
    context,
  )
  const wrapped = format === 'cjs' ? asCommonJs(text) : `${text}\n;bundle`
  return vm.runInContext(wrapped, context)
}

function asCommonJs(text) {
  const wrapper = `((exports, module) => {${text}\n})(module.exports, module)`
  return `((module) => { ${wrapper}; return module.exports })({ exports: {} })`
}
