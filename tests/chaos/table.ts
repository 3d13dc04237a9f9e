/**
 * The table of all trials.
 *
 * @module
 */
import type { Fault } from "./fault.ts";
import type { Trial } from "./trial.ts";

const HEAD = [
  "fault",
  "what",
  "lasts",
  "trials",
  "longest gap, s",
  "exchanges lost",
  "healed after, s",
  "addresses changed",
];

/** A Markdown table: of each fault that was tried a row, times as median / most. */
export function tableOf(faults: readonly Fault[], trials: readonly Trial[]): string {
  const rows = faults.flatMap(({ name, about, seconds }) => {
    const own = trials.filter(({ fault }) => fault === name);
    if (own.length === 0) return [];
    return [[
      `\`${name}\``,
      about,
      seconds === 0 ? "" : `${seconds} s`,
      String(own.length),
      medianAndMost(own.map(({ gapMs }) => gapMs)),
      `${sum(own.map(({ lost }) => lost))} of ${sum(own.map(({ exchanges }) => exchanges))}`,
      healing(own),
      String(sum(own.map(({ changed }) => changed.length))),
    ]];
  });
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(HEAD), rule, ...rows.map(line)].join("");
}

function healing(trials: readonly Trial[]): string {
  const healed = trials.flatMap(({ healMs }) => healMs ?? []);
  const not = trials.length - healed.length;
  return [
    ...(healed.length === 0 ? [] : [medianAndMost(healed)]),
    ...(not === 0 ? [] : [`${not} not`]),
  ].join(", ");
}

/** Of milliseconds, as seconds. */
function medianAndMost(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return `${seconds((lower + upper) / 2)} / ${seconds(sorted.at(-1) ?? NaN)}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
