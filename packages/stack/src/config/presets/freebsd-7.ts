import { loopback } from '../links/link-config.ts'
import type { Preset } from './preset.ts'

/** FreeBSD 7.1 of January 2009, the first release with ULE and with read locks for UDP. */
export const freebsd7: Preset = {
  name: 'freebsd-7',
  summary: 'FreeBSD 7.1: ULE, direct dispatch but for loopback, and read locks for UDP',
  input: {
    scheduler: {
      policy: 'ule', // 7.1's release notes: the default of GENERIC on i386 and amd64
      preemption: 'kernel', // GENERIC: options PREEMPTION; sched_ule.c: PRI_MIN_KERN
      wakeup: 'preempt', // sched_ule.c: sched_add sets td_owepreempt for the end of the section
    },
    netisr: {
      dispatch: 'direct', // 7.0, sys/net/netisr.c: net.isr.direct is 1; if_simloop queues always
      policy: 'source',
      threads: 1, // one "swi1: net"; workstreams came with 8.0 (r191683)
      bind: false,
      limit: 50, // sys/netinet/ip_input.c: ipqmaxlen is IFQ_MAXLEN
    },
    actions: 'under-lock', // udp_usrreq.c: ip_output is called with the inpcb locked
    locks: {
      addressList: 'mutex', // sys/net/radix.h: a mutex until 8.0 made it an rwlock (r185747)
      pcbHash: 'rwlock', // R. Watson, April 2008, for 7.1: ipi_lock, and UDP reads
      pcbHashHeld: 'lookup', // udp_usrreq.c: udp_output lets it go before ip_output
    },
    links: {
      lo0: loopback({ checksums: 'computed' }), // sys/net/if_loop.c: no if_hwassist yet
    },
    socket: {
      locking: 'split', // sys/sys/sockbuf.h: sb_mtx under the I/O lock sb_sx
      receiveBytes: 41_600, // udp_usrreq.c: udp_recvspace
    },
  },
}
