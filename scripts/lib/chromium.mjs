import { existsSync } from 'node:fs'

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Where SMPNET_CHROMIUM says, or else where it usually is. */
export function findChromium() {
  const told = process.env['SMPNET_CHROMIUM']
  return (told === undefined ? USUAL_PLACES : [told]).find((path) => existsSync(path))
}
