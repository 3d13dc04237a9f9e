/**
 * What a bench prints: figures, each with what is allowed.
 *
 * @module
 */

/** One line of the result: what, how much, what is allowed. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly most?: number;
}

/** Whether it is what is allowed. */
export function isMet({ value, most = Infinity }: Row): boolean {
  return value <= most;
}

/** The row as it is printed. */
export function line(row: Row): string {
  const { name, value, unit, most } = row;
  const figure = Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const goal = most === undefined
    ? ""
    : isMet(row)
    ? `(goal: at most ${most})`
    : `MISSED (goal: at most ${most})`;
  return `${name.padEnd(68)} ${figure.padStart(8)} ${unit.padEnd(3)} ${goal}\n`;
}

/** Prints at once. */
export function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
