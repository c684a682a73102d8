/** The environment, and the names of the variables whose values were read so far. */
export interface ObservedVariables {
  readonly environment: Readonly<Record<string, string>>;
  readonly read: ReadonlySet<string>;
}

/** Observes which values are read. To ask which names there are, reads none. */
export function observeVariables(environment: Readonly<Record<string, string>>): ObservedVariables {
  const read = new Set<string>();
  const observed = new Proxy(environment, {
    get: (variables, name) => {
      if (typeof name === 'symbol') return undefined;
      read.add(name);
      return variables[name];
    },
  });
  return { environment: observed, read };
}
