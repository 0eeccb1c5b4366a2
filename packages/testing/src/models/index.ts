export { budget, expectToHold, someOf, thorough, toTheEnd, whole } from './budget.ts'
export { atEveryDeath, Mortality } from './mortality.ts'
