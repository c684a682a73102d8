export function main(_args: readonly string[]): void {}
