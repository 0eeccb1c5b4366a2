export { connectDuplex, connection, connector, LocalAgent } from './connecting.ts'
export { connect, listen, processDomain } from './process-domain.ts'
export { serve } from './serve.ts'
export { SocketDuplex, type SocketDuplexOptions } from './socket-duplex.ts'
