/** The name that a variable has in an environment; as it was asked for when it has none. Case counts for nothing on Windows. */
export function variableName(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  isWindows: boolean,
): string {
  if (!isWindows || Object.hasOwn(environment, name)) return name;
  return Object.keys(environment).find((each) => each.toUpperCase() === name.toUpperCase()) ?? name;
}
