import { loopback } from '../links/link-config.ts'
import type { Preset } from './preset.ts'

/** What this stack has for each question, where the releases of FreeBSD have something else. */
export const best: Preset = {
  name: 'best',
  summary: 'a workstream for each CPU, nothing done under a lock, and readers that write nothing',
  input: {
    scheduler: {
      policy: 'ule', // FreeBSD's default since 7.1
      preemption: 'kernel', // as GENERIC has it
      wakeup: 'deferred-to-unlock', // what is woken under a lock does not run into that lock
    },
    netisr: {
      dispatch: 'direct', // 7.0's reason: fewer switches and preemptions
      policy: 'flow', // packets of a flow keep their order, and flows spread over the CPUs
      threads: 'all', // net.isr.maxthreads=-1
      bind: true, // net.isr.bindthreads=1, as users of several threads ask for
      limit: 256, // sys/net/netisr.c of 8.0 and later: net.isr.defaultqlimit
    },
    actions: 'after-unlock', // so that loopback, too, may be handled by its sender
    locks: {
      addressList: 'rmlock', // in_var.h of 11.0: in_ifaddr_lock; readers write no shared line
      pcbHash: 'rmlock', // in place of the epochs of 12 (r335356) and the SMR of 14
      pcbHashHeld: 'lookup', // as FreeBSD after 5
    },
    links: {
      lo0: loopback({ checksums: 'offloaded' }), // LO_CSUM_FEATURES of FreeBSD after 7
    },
    socket: {
      locking: 'split', // deliveries are not held up by changes of the state
      receiveBytes: 212_992, // Linux's rmem_default; a burst of 200 datagrams of 1 KiB
    },
  },
}
