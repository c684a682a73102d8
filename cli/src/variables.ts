/** A setting from the environment, under our name or Turborepo's. */
export function readVariable(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return environment[`TR_${name}`] ?? environment[`TURBO_${name}`];
}
