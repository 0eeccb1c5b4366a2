/** Errors of socket calls that the stack itself means, with FreeBSD's numbers (errno(2)). */
export const EINVAL = 22
export const EDESTADDRREQ = 39
export const EADDRINUSE = 48
export const EADDRNOTAVAIL = 49
export const ENOBUFS = 55
export const EISCONN = 56
export const ENOTCONN = 57
export const EHOSTUNREACH = 65
