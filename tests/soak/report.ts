/**
 * The result of a soak as text.
 *
 * @module
 */
import { isWell, type SeriesRow } from "./series.ts";
import type { SoakResult } from "./soak.ts";
import { isOfProduct, type Written } from "./writes.ts";

/** What is wrong with a result; nothing where it is as it should be. */
export function faultsOf(result: SoakResult): readonly string[] {
  const { series, quiet, idle, missing, leaked } = result;
  return [
    ...series.filter((row) => !isWell(row)).map(({ of, what }) => `${of}: ${what} grows`),
    ...quiet.filter(isOfProduct).map(({ who, verb, resource, times }) =>
      `${who}: ${verb} ${resource} ${times} times while nothing changed`
    ),
    ...idle.map(({ object, times, by }) =>
      `${object} was written ${times} times without a change: ${by.join(", ")}`
    ),
    ...missing.map((one) => `${one} has no address`),
    ...leaked.map((one) => `${one} is recorded, and nobody wants it`),
  ];
}

/** The tables, as Markdown. */
export function reportOf(result: SoakResult): string {
  const { series, changes, written, reads, exchanges, restarts, roleChanges } = result;
  const total = Object.values(changes).reduce((sum, count) => sum + count, 0);
  const faults = faultsOf(result);
  return [
    `${count(total)} changes: ${
      Object.entries(changes).map(([what, times]) => `${what} ${count(times)}`).join(", ")
    }. ${restarts} restarts, ${roleChanges} changes of who leads. ${
      count(exchanges.begun)
    } exchanges, ${count(exchanges.lost)} without an answer within a second; the longest took ${
      exchanges.longestMs.toFixed(0)
    } ms.`,
    "",
    "| of | what | first quarter | last quarter | an hour (95 % between) | verdict |",
    "| --- | --- | --- | --- | --- | --- |",
    ...series.map(lineOf),
    "",
    "| who | writes | times | for 100 changes | refused |",
    "| --- | --- | --- | --- | --- |",
    ...written.map((one) => writtenLine(one, total)),
    "",
    `${count(reads)} requests of the programs that wrote nothing.`,
    "",
    ...(faults.length === 0 ? ["As it should be."] : faults.map((fault) => `- ${fault}`)),
    "",
  ].join("\n");
}

function lineOf({ of, what, unit, trend, verdict, mayGrow }: SeriesRow): string {
  const told = verdict === "grows" && mayGrow !== undefined ? `grows: ${mayGrow}` : verdict;
  if (trend === undefined) return `| ${of} | ${what} | | | | ${told} |`;
  const { first, last, slope, low, high } = trend;
  const figure = (value: number) => `${rounded(value)}${unit === "" ? "" : ` ${unit}`}`;
  const hour = `${signed(slope)} (${signed(low)} to ${signed(high)})`;
  return `| ${of} | ${what} | ${figure(first)} | ${figure(last)} | ${hour} | ${told} |`;
}

function writtenLine(
  { who, verb, resource, times, failed }: Written,
  changes: number,
): string {
  const share = changes === 0 ? "" : rounded(100 * times / changes);
  return `| ${who} | ${verb} ${resource} | ${count(times)} | ${share} | ${count(failed)} |`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? count(Math.round(value)) : String(Number(value.toFixed(1)));
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${rounded(value)}`;
}
