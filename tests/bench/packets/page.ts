/**
 * What a run showed, as a part of `docs/performance.md` and as a plot.
 *
 * @module
 */
import {
  type Figure,
  FIGURES,
  goalsOf,
  median,
  type PacketFigures,
  rounded,
  type Samples,
} from "./figures.ts";
import { barChart } from "./plot.ts";

const BEGIN = "<!-- measured: deno task bench packets -->";
const END = "<!-- end of what was measured -->";

/** The page with what is between its two marks replaced. Throws where it lacks them. */
export function withMeasured(page: string, measured: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot write a page without the mark: ${BEGIN}`);
  return `${page.slice(0, from)}${BEGIN}\n\n${measured}\n${page.slice(to)}`;
}

/** The tables. `machine`: a sentence on where it was. */
export function measuredText(figures: PacketFigures, machine: string): string {
  const { ours, ceiling, peers, own, minutes } = figures;
  const all = [ours, ceiling, ...peers];
  const { many, pause } = own;
  const rows = (Object.keys(FIGURES) as Figure[]).map((figure) => [
    FIGURES[figure],
    ...all.map((samples) => cell(samples, figure)),
  ]);
  const bursts = own.fullBursts.map(({ ms }) => ms);
  return [
    `${machine} One run of ${minutes.toFixed(0)} minutes, medians of ${
      ours.rounds("closedDirect").length
    } rounds in turns, from the least to the most in brackets.`,
    "",
    ...table(["", ...all.map(({ name, version }) => `${name} ${version}`.trim())], rows),
    "",
    "![Exchanges per second, and what they cost, of each server](performance.svg)",
    "",
    ...table(["vm-dhcp alone", "seen"], [
      [
        `longest time to an OFFER in ${pause.seconds} s at ${rounded(pause.rate)} exchanges/s, ms`,
        `${(pause.longestUs / 1_000).toFixed(1)} (C: ${(pause.ceilingUs / 1_000).toFixed(1)})`,
      ],
      ["burst of 1,000 DISCOVERs, every field of the pool set, ms", spread(bursts)],
      [
        `${many.networks} networks of ${many.clients} clients: from start to ready, ms`,
        rounded(many.startMs),
      ],
      [
        "the same: every client asks at once, all bound after, ms",
        `${rounded(many.burstMs)}, ${many.burstLost} lost`,
      ],
      ["the same: exchanges/s, closed loop, 64 under way", spread(many.closed)],
      ["the same: processor time per exchange, us", spread(many.us)],
      ["the same: resident memory, MB", many.residentMb.toFixed(0)],
    ]),
    "",
    ...table(
      ["goal", "seen", ""],
      goalsOf(figures).map(({ text, seen, met }) => [text, seen, met ? "met" : "missed"]),
    ),
    "",
  ].join("\n");
}

/** The bars. */
export function plot({ ours, ceiling, peers }: PacketFigures): string {
  const all = [ours, ceiling, ...peers];
  const group = (title: string, figure: Figure) => ({
    title,
    bars: all.map((samples) => {
      const value = samples.median(figure) ?? 0;
      return { name: samples.name, value, text: rounded(value) };
    }),
  });
  return barChart([
    group("Exchanges per second, closed loop, direct (more is better)", "closedDirect"),
    group("The same through a relay", "closedRelay"),
    group("Exchanges per second, open loop, under 1 % lost", "open"),
    group("Processor time per exchange at 5,000/s, us (less is better)", "lowUs"),
    group("OFFER after, at 5,000/s, 99th percentile, us", "lowP99Us"),
  ]);
}

function cell(samples: Samples, figure: Figure): string {
  return spread(samples.rounds(figure));
}

function spread(values: readonly number[]): string {
  const middle = median(values);
  if (middle === undefined) return "";
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most
    ? rounded(middle)
    : `${rounded(middle)} (${rounded(least)} to ${rounded(most)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [
    line(head),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...rows.map(line),
  ];
}
