/**
 * Bars beside each other, as SVG.
 *
 * @module
 */

/** A group of bars. */
interface BarGroup {
  readonly title: string;
  /** `value` is how long a bar is, in its group's unit; `text` is written at its end. */
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly text: string;
  }[];
}

const WIDTH = 760;
const LEFT = 110;
const RIGHT = 110;
const ROW = 18;
const TITLE = 30;
const OURS = "#2f6f4f";
const OTHER = "#9aa5b1";

/** Draws groups below each other; within one, the longest bar has the whole width. The first bar stands out. */
export function barChart(groups: readonly BarGroup[]): string {
  const lines: string[] = [];
  let y = 0;
  for (const { title, bars } of groups) {
    lines.push(text({ x: 8, y: y + 20, bold: true }, title));
    y += TITLE;
    const longest = Math.max(...bars.map(({ value }) => value));
    for (const [at, { name, value, text: label }] of bars.entries()) {
      const length = Math.max(1, Math.round((WIDTH - LEFT - RIGHT) * value / longest));
      const color = at === 0 ? OURS : OTHER;
      lines.push(
        text({ x: LEFT - 8, y: y + 13, end: true }, name),
        `<rect x="${LEFT}" y="${y + 2}" width="${length}" height="${ROW - 5}" fill="${color}"/>`,
        text({ x: LEFT + length + 6, y: y + 13 }, label),
      );
      y += ROW;
    }
    y += 8;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function text(
  { x, y, bold = false, end = false }: {
    readonly x: number;
    readonly y: number;
    readonly bold?: boolean;
    readonly end?: boolean;
  },
  words: string,
): string {
  const extra = `${bold ? ' font-weight="bold"' : ""}${end ? ' text-anchor="end"' : ""}`;
  return `<text x="${x}" y="${y}" fill="#1f2933"${extra}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
