/** A greeting for a customer. */
export function greet(name: string): string {
  return `Good day, ${name}.`;
}
