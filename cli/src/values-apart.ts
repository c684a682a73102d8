const SWITCH = /^(?:true|false)$/;

/** Options that may stand alone, and what the word after one has to be to be its value, as Turborepo reads it. */
const VALUES: Readonly<Record<string, RegExp>> = {
  '--dry': /^(?:json|text)$/,
  '--dry-run': /^(?:json|text)$/,
  '--experimental-otel-enabled': SWITCH,
  '--experimental-otel-metrics-run-summary': SWITCH,
  '--experimental-otel-metrics-task-details': SWITCH,
  '--experimental-otel-use-remote-cache-token': SWITCH,
  '--env-mode': /^(?:loose|strict)$/,
  '--force': SWITCH,
  '--framework-inference': SWITCH,
  '--remote-cache-read-only': SWITCH,
  '--remote-only': SWITCH,
  '--summarize': SWITCH,
  '--graph': /\.(?:dot|html|jpg|json|mermaid|pdf|png|svg)$/,
  '--log-file': /\.json$/,
  '--profile': /^[^-]/,
  '--anon-profile': /^[^-]/,
};

/** Whether `next` is the value of the option in front of it (`--dry json`), and no task. */
export function isValueOf(option: string, next: string | undefined): boolean {
  return next !== undefined && Object.hasOwn(VALUES, option) && VALUES[option]?.test(next) === true;
}
