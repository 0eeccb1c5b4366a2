/** What our tests use of Node's globals: the environment, of which a browser has none. */
Object.assign(globalThis, { process: { env: {} } })
