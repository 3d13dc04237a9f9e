/**
 * A packet as text, for people who watch.
 *
 * @module
 */
import { dissect, type DissectedOption, type DissectedPacket } from "../../core/dhcp/mod.ts";

/** One packet, either way. */
interface WatchedPacket {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `namespace/name`. */
  readonly pool: string;
  /** Addresses and ports, such as `0.0.0.0:68 > 255.255.255.255:67`. */
  readonly way: string;
  /** The client's, lower case with colons; `00:00:00:00:00:00` where none can be read. */
  readonly macAddress: string;
  /** Type and what became of it, such as `DISCOVER, no answer: unknown_client`. */
  readonly what: string;
  /** The UDP payload. */
  readonly payload: Uint8Array;
}

/** A line that says who, what and why, and below it every field and option; ends with an empty line. */
export function packetText({ at, pool, way, macAddress, what, payload }: WatchedPacket): string {
  const packet = dissect(payload);
  return [
    `${new Date(at).toISOString()} ${pool} ${way} ${macAddress} ${what}`,
    ...fieldLines(packet),
    ...packet.options.map((option) => `  option ${optionText(option)}`),
    ...(packet.faults ?? []).map((fault) => `  fault: ${fault}`),
    `  octets ${packet.length}${packet.faults === undefined ? "" : `: ${packet.hex}`}`,
    "",
    "",
  ].join("\n");
}

function fieldLines(packet: DissectedPacket): string[] {
  const { op, htype, hlen, hops, xid, secs, flags, chaddr } = packet;
  if (op === undefined) return [];
  const { ciaddr, yiaddr, siaddr, giaddr, sname, file } = packet;
  return [
    line({ op, htype, hlen, hops, xid, secs, flags, chaddr }),
    line({ ciaddr, yiaddr, siaddr, giaddr }),
    ...(sname === undefined ? [] : [line({ sname: printable(sname) })]),
    ...(file === undefined ? [] : [line({ file: printable(file) })]),
  ];
}

function line(fields: Readonly<Record<string, unknown>>): string {
  return `  ${Object.entries(fields).map(([name, value]) => `${name} ${value}`).join(" ")}`;
}

/** Such as `53 DHCP message type: discover`. */
function optionText({ code, name, value, hex, text, field }: DissectedOption): string {
  const shown = value === undefined
    ? text === undefined ? hex ?? "" : JSON.stringify(text)
    : valueText(value);
  return `${code} ${name}: ${shown}${field === undefined ? "" : ` (in ${field})`}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value === "string") return printable(value);
  return typeof value === "object" ? printable(JSON.stringify(value)) : String(value);
}

/** What a client writes must not steer the terminal of who watches. */
function printable(text: string): string {
  return /^[ -~]*$/.test(text) ? text : JSON.stringify(text).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
