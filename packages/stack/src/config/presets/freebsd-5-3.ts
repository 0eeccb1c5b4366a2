import { loopback } from '../links/link-config.ts'
import type { Preset } from './preset.ts'

/** FreeBSD 5.3 of November 2004, the first release whose network ran without Giant. */
export const freebsd53: Preset = {
  name: 'freebsd-5.3',
  summary: 'FreeBSD 5.3: one queue to a netisr thread, and UDP sends under a mutex of them all',
  input: {
    scheduler: {
      policy: '4bsd', // sys/i386/conf/GENERIC: options SCHED_4BSD
      preemption: 'kernel', // sys/kern/kern_switch.c, maybe_preempt: up to PRI_MAX_ITHD
      wakeup: 'preempt', // 0c0b25ae91 (July 2004): setrunqueue switches to what it queues
    },
    netisr: {
      dispatch: 'deferred', // sys/net/netisr.c: net.isr.enable is 0
      policy: 'source', // one thread: all come to it
      threads: 1, // the thread "swi1: net", made in start_netisr
      bind: false,
      limit: 50, // sys/netinet/ip_input.c: ipqmaxlen is IFQ_MAXLEN
    },
    actions: 'under-lock', // udp_usrreq.c: udp_output calls ip_output inside INP_LOCK
    locks: {
      addressList: 'mutex', // sys/net/radix.h: the mutex of a radix_node_head
      pcbHash: 'mutex', // sys/netinet/in_pcb.h: ipi_mtx, whatever INP_INFO_WLOCK is called
      pcbHashHeld: 'output', // udp_usrreq.c: udp_send holds INP_INFO_WLOCK over udp_output
    },
    links: {
      lo0: loopback({ checksums: 'computed' }), // sys/net/if_loop.c: no if_hwassist yet
    },
    socket: {
      locking: 'split', // sys/sys/socketvar.h: sb_mtx; that of so_rcv is SOCK_LOCK, too
      receiveBytes: 41_600, // udp_usrreq.c: udp_recvspace, 40 datagrams of 1 KiB with addresses
    },
  },
}
