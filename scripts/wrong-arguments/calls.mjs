import { SUBJECTS } from './subjects.mjs'

/**
 * All that can be called: the functions that the packages export, the constructors and statics of
 * their classes, and the methods of the objects that `SUBJECTS` makes. A class that is exported and
 * neither made there nor left out with a reason is `unlisted`.
 */
export function callsOf(spaces, made, leftOut) {
  const subjects = { ...SUBJECTS, ...made }
  const exported = [...spaces].flatMap(([space, names]) =>
    Object.entries(names)
      .filter(([, value]) => typeof value === 'function')
      .map(([name, value]) => ({ space, name, value })),
  )
  const calls = [
    ...exported.flatMap((each) => (isClass(each.value) ? ofClass(each) : [ofFunction(each)])),
    ...Object.entries(subjects).flatMap(ofSubject),
  ]
  const isListed = ({ name, value }) =>
    !isClass(value) || value.prototype instanceof Error || name in subjects || name in leftOut
  const unlisted = exported.filter((each) => !isListed(each)).map(({ name }) => name)
  return { calls, unlisted: [...new Set(unlisted)] }
}

const nothing = () => ({ subject: undefined, buffer: undefined })

function ofFunction({ space, name, value }) {
  const run = (_subject, list) => value(...list)
  return { name: `${space}.${name}`, make: nothing, run, parameters: parametersOf(value) }
}

function ofClass({ space, name, value }) {
  const statics = Object.getOwnPropertyNames(value).filter(
    (key) => typeof value[key] === 'function' && key !== 'prototype',
  )
  const isError = value.prototype instanceof Error
  return [
    ...(isError ? [] : [constructing(space, name, value)]),
    ...statics.map((key) => ({
      name: `${space}.${name}.${key}`,
      make: nothing,
      run: (_subject, list) => value[key](...list),
      parameters: parametersOf(value[key]),
    })),
  ]
}

function constructing(space, name, value) {
  const source = String(value)
  const begins = source.indexOf('constructor(')
  const parameters = begins < 0 ? 3 : parametersOf(source.slice(begins))
  return {
    name: `${space}.new ${name}`,
    make: nothing,
    run: (_subject, list) => new value(...list),
    parameters,
  }
}

function ofSubject([kind, make]) {
  const { subject, end } = make()
  const methods = methodsOf(subject)
  end?.()
  return methods.map((key) => ({
    name: `${kind}#${String(key)}`,
    make,
    run: (made, list) => made[key](...list),
    parameters: parametersOf(subject[key]),
  }))
}

function methodsOf(subject) {
  const keys = new Set()
  for (let at = subject; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const value = Object.getOwnPropertyDescriptor(at, key)?.value
      if (typeof value === 'function' && key !== 'constructor') keys.add(key)
    }
  }
  return [...keys]
}

function isClass(value) {
  return /^class\b/.test(String(value))
}

/** How many parameters a function has, those with defaults among them. */
function parametersOf(value) {
  const list = String(value).match(/\(([^)]*)\)/)?.[1] ?? ''
  return list.trim() === '' ? 0 : list.split(',').length
}
