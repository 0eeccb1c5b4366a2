import { awaitExchange, awaitValue } from '@smpnet/interleave'
import { schemeOf, schemeTable } from '@smpnet/socket/locked'
import { sockProgram, sockPrograms, SockWorld } from '@smpnet/socket/model'

/**
 * The programs by which the model checker judges lock schemes of sockets. It compiles this module
 * and what that imports of this project, so that nothing else may be in it.
 */
const checker = { awaitValue, awaitExchange }

export const schemeNames: readonly string[] = schemeTable.map(({ name }) => name)

export const programs: readonly { readonly name: string; readonly promise: string }[] =
  sockPrograms

export function program(scheme: string, name: string): ReturnType<typeof sockProgram> {
  return sockProgram(checker, schemeOf(scheme), sockPrograms.find((one) => one.name === name)!)
}

/** What the words of a schedule of a scheme are, by their numbers. */
export function wordNames(scheme: string, schedule: string): string {
  const world = new SockWorld(checker, schemeOf(scheme), 2)
  const numbers = [...schedule.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number))
  const distinct = [...new Set(numbers)].toSorted((a, b) => a - b)
  return distinct
    .map((number) => [number, world.nameOf(number)] as const)
    .filter(([, name]) => name !== undefined)
    .map(([number, name]) => `[${number}] ${name}`)
    .join(', ')
}
