/**
 * The parameters of a verb.
 *
 * @module
 */
import { z } from "zod";
import { fromTimestamp } from "../core/api/timestamp.ts";
import { nearest } from "../core/nearest.ts";
import { formatMac, readMac } from "../core/net/mod.ts";
import { type OutputOptions, OUTPUTS } from "./output/respond.ts";
import { Refusal } from "./refusal.ts";

const MAX_TEXT = 600;
const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const FLAG = z.enum(["0", "1"]).transform((text) => text === "1").optional();

/** Everything that a question may say. */
const QUERY = z.strictObject({
  /** Whom or what it is about. */
  of: z.string().max(MAX_TEXT).optional(),
  namespace: z.string().max(63).optional(),
  at: z.string().max(40).optional(),
  since: z.string().max(40).optional(),
  mac: z.string().max(17).transform((text, context) => {
    const mac = readMac(text);
    if (mac >= 0) return formatMac(mac);
    context.addIssue("must be a MAC address, such as 52:54:00:12:34:56");
    return z.NEVER;
  }).optional(),
  seconds: z.string().regex(/^\d{1,4}$/, "must be a number from 1 to 600").transform(Number)
    .pipe(z.number().min(1, "must be from 1 to 600").max(600, "must be from 1 to 600")).optional(),
  format: z.enum(["text", "pcap"]).optional(),
  output: z.enum(OUTPUTS).optional(),
  colour: FLAG,
  exit: FLAG,
});

/** A question, read. */
export interface Query {
  /** As it was typed; empty where nothing was. */
  readonly of: string;
  readonly namespace?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  /** In canonical form. */
  readonly macAddress?: string;
  readonly seconds: number;
  readonly format: "text" | "pcap";
  readonly output: OutputOptions;
}

const OFTEN_MEANT: ReadonlyMap<string, string> = new Map([["color", "colour"], ["o", "output"]]);

/** Reads the parameters. Throws a {@linkcode Refusal} that names each that is wrong, with its value. */
export function readQuery(
  parameters: URLSearchParams,
  { now, may }: { readonly now: number; readonly may: readonly string[] },
): Query {
  const given: Record<string, string> = {};
  const problems: string[] = [];
  const known = new Set([...may, "output", "colour", "exit"]);
  for (const [name, value] of parameters) {
    if (Object.hasOwn(given, name)) problems.push(`${name}: is given twice`);
    else if (!known.has(name)) {
      const meant = OFTEN_MEANT.get(name) ?? nearest(name, known);
      problems.push(`${name}: is not known here${meant === undefined ? "" : `; ${meant} is`}`);
    } else if (value !== "") given[name] = value;
  }
  const read = QUERY.safeParse(given);
  if (!read.success) {
    problems.push(
      ...read.error.issues.map(({ path: [field], message }) =>
        `${String(field)}: ${message}: ${JSON.stringify(given[String(field)])}`
      ),
    );
  }
  const times = { at: timeOf("at"), since: timeOf("since") };
  if (problems.length > 0 || !read.success) {
    throw new Refusal(400, `Cannot use the question: ${problems.join("; ")}`);
  }
  const { of = "", namespace, mac, seconds = 60, format = "text" } = read.data;
  const { output = "table", colour = false, exit = false } = read.data;
  return {
    of,
    ...(namespace === undefined ? {} : { namespace }),
    ...(times.at === undefined ? {} : { at: times.at }),
    ...(times.since === undefined ? {} : { since: times.since }),
    ...(mac === undefined ? {} : { macAddress: mac }),
    seconds,
    format,
    output: { output, colour, exit },
  };

  function timeOf(name: "at" | "since"): number | undefined {
    const text = given[name];
    if (text === undefined) return undefined;
    const time = readTime(text, now);
    if (time === undefined) {
      problems.push(
        `${name}: must be a time such as 2026-01-31T12:00:00Z or 2026-01-31, or how long ago, such as 90m, 12h or 7d: ${
          JSON.stringify(text)
        }`,
      );
    }
    return time;
  }
}

/** A time as people write it: RFC 3339, a day (UTC), or how long ago. Milliseconds since the epoch; `undefined` for anything else. */
function readTime(text: string, now: number): number | undefined {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  if (ago !== null) return now - Number(ago[1]) * UNITS[ago[2] as keyof typeof UNITS] * 1_000;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return fromTimestamp(`${text}T00:00:00Z`);
  // A space may stand for the T, and nothing for the zone; the plus of a zone is often lost to URL encoding.
  const whole = text.replace(/^(\S{10})[ Tt]/, "$1T").replace(/ (\d\d:\d\d)$/, "+$1");
  return fromTimestamp(/(?:[Zz]|[+-]\d\d:\d\d)$/.test(whole) ? whole : `${minute(whole)}Z`);
}

/** Seconds may be left out. */
function minute(text: string): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00` : text;
}
