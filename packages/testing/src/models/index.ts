export { budget, expectToHold, someOf, thorough, timely, toTheEnd, whole } from './budget.ts'
export { atEveryDeath, Mortality } from './mortality.ts'
