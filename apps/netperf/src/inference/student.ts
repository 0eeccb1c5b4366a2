/**
 * Student's t distribution, for intervals of a mean of a few figures. By the continued fraction of
 * the incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17.22).
 */

/** The value that |t| exceeds with a probability of `outside`, with so many degrees of freedom. */
export function tQuantile(outside: number, freedom: number): number {
  let [low, high] = [0, 1]
  while (tOutside(high, freedom) > outside) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (tOutside(middle, freedom) > outside) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The probability that |t| exceeds a value. */
export function tOutside(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x),
  )
  const isNear = x < (a + 1) / (a + b + 2)
  return isNear ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

/** By Lentz's method, which 200 terms are plenty for. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny)
  let result = d
  for (let m = 1; m < 200; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d || tiny)
      c = 1 + term / c || tiny
      result *= c * d
    }
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return result
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** By Lanczos's approximation, for x from 0.5 on. */
function logGamma(x: number): number {
  const y = x - 1
  const t = y + 7.5
  const sum = LANCZOS.reduce(
    (all, each, index) => all + each / (y + index + 1),
    0.99999999999980993,
  )
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum)
}
