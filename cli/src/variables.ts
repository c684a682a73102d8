/** The variables around the program, by name. */
export type Environment = Readonly<Record<string, string>>;

/** A variable of ours or of Turborepo's that is set. */
export interface OptionVariable {
  readonly name: string;
  readonly value: string;
}

/** `TR_<name>`, else `TURBO_<name>`; one that is empty is not set. */
export function findVariable(environment: Environment, name: string): OptionVariable | undefined {
  const set = [`TR_${name}`, `TURBO_${name}`].find((each) => (environment[each] ?? '') !== '');
  return set === undefined ? undefined : { name: set, value: environment[set] ?? '' };
}

/** Its value. */
export function readVariable(environment: Environment, name: string): string | undefined {
  return findVariable(environment, name)?.value;
}
