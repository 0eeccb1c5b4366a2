/** What stands for characters that a terminal without Unicode would show as something else. */
const PLAIN: Readonly<Record<string, string>> = {
  µ: 'u',
  '×': 'x',
  '–': '-',
  '’': "'",
  '“': '"',
  '”': '"',
  '•': '*',
  '≤': '<=',
  '≥': '>=',
  '±': '+-',
  '∞': 'inf',
  '…': '...',
  '→': '->',
  '█': '#',
  '░': '.',
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the locale that the user has set has Unicode; where none is set, terminals mostly do. */
export function hasUnicode(environment: Environment = process.env): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = environment
  const locale = LC_ALL || LC_CTYPE || LANG
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}

/** Text with nothing but ASCII where the locale asks for it. */
export function forTerminal(text: string, environment: Environment = process.env): string {
  if (hasUnicode(environment)) return text
  return text.replace(/[^\0-\x7f]/g, (each) => PLAIN[each] ?? '?')
}

/** The same of a JSON document, whose strings stay what they are. */
export function escapedJson(text: string, environment: Environment = process.env): string {
  if (hasUnicode(environment)) return text
  return text.replace(/[^\0-\x7f]/g, (each) => {
    return `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
