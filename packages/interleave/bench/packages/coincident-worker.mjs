import coincident from './installed/coincident.mjs'

const { proxy } = await coincident({ minByteLength: 64, maxByteLength: 128 })
if (proxy.double(21) !== 42) throw new Error('expected 42')
close()
