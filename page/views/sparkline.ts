import { count, figure, type Html, html } from "../html/markup.ts";
import type { Trend } from "../state/trend.ts";

const WIDTH = 96;
const HEIGHT = 20;

/** The use of a pool in the last day, drawn, and in words. */
export function sparkline({ points, change, fullInMs }: Trend): Html {
  const known = points.filter((value) => value !== undefined);
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  const x = (index: number) => (index / (points.length - 1) * WIDTH).toFixed(1);
  const y = (value: number) =>
    (span === 0 ? HEIGHT / 2 : HEIGHT - 2 - (value - least) / span * (HEIGHT - 4)).toFixed(1);
  const path = points.flatMap((value, index) =>
    value === undefined
      ? []
      : [`${points[index - 1] === undefined ? "M" : "L"}${x(index)} ${y(value)}`]
  );
  return html`
    <span
      class="trend"><svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false"><path d="${path
        .join("")}"></path></svg><span>${changeText(change)}${fullInMs === undefined
        ? ""
        : html`<span class="quiet">${fullText(fullInMs)}</span>`}</span></span>
  `;
}

function changeText(change: number): string {
  if (change === 0) return "no change";
  return change > 0 ? `+${figure(change)}` : `\u2212${figure(-change)}`;
}

const DAY_MS = 86_400_000;
/** What is further away than this is not worth a word. */
const FAR_DAYS = 90;

/** When nothing is left, if it goes on so. */
function fullText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days > FAR_DAYS) return "";
  return days === 0 ? ", full within a day" : `, full in ${count(days, "day")}`;
}
