import { work } from '@smpnet/memory'

/**
 * What a simulated CPU is billed for the instructions of a layer, besides the lines that it touches
 * and the bytes that it copies and sums. Together a datagram costs its sender some 500 ns here and
 * 250 ns more with locks and lines, where published figures of one thread that sends are 847 ns
 * (FreeBSD, 2018) and 952 ns (2012). How they are shared among the layers is assumed.
 */
export const NET_PRICES: Readonly<Record<string, number>> = {
  'udp-output': 150,
  'ip-output': 130,
  'loopback-output': 40,
  'ip-input': 110,
  'udp-input': 110,
  'icmp-input': 100,
}

export const UDP_OUTPUT = work('udp-output')
export const IP_OUTPUT = work('ip-output')
export const LOOPBACK_OUTPUT = work('loopback-output')
export const IP_INPUT = work('ip-input')
export const UDP_INPUT = work('udp-input')
export const ICMP_INPUT = work('icmp-input')
