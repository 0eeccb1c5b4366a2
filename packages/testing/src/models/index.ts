export { budget, expectToHold, whole } from './budget.ts'
export { atEveryDeath, Mortality } from './mortality.ts'
