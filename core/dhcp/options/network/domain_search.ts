import type { ByteReader } from "../../wire/reader.ts";
import type { ByteWriter } from "../../wire/writer.ts";
import type { OptionDefinition } from "../definition.ts";
import type { OptionFormat } from "../formats/format.ts";
import { isDomainName, isLabel } from "../formats/name.ts";
import { readDomain, valuesOf } from "../pool_source.ts";

/** The two highest bits of a length octet that make it a pointer (RFC 1035 section 4.1.4). */
const POINTER = 0xc0;
/** The last offset that a pointer can hold. */
const LAST_TARGET = 0x3fff;
/** Labels and pointers of one name: the longest has 127 labels, and each may stand behind a pointer. */
const MOST_STEPS = 254;

/**
 * Domain names as DNS writes them, compressed (RFC 1035 section 4.1.4). Pointers count from the start of the option,
 * after its pieces are joined (RFC 3397 section 2).
 */
const format: OptionFormat<readonly string[]> = {
  wanted: "one or more domain names of at most 253 characters",
  accepts(value): value is readonly string[] {
    return Array.isArray(value) && value.length > 0 &&
      value.every((name) => typeof name === "string" && isDomainName(name));
  },
  decode(reader) {
    if (reader.remaining === 0) reader.fail("at least 1 domain name", "0 octets");
    const names: string[] = [];
    while (reader.remaining > 0) names.push(readName(reader));
    return names;
  },
  encode(writer, value) {
    const targets = new Map<string, number>();
    const start = writer.length;
    for (const name of value) writeName(writer, { name, start, targets });
  },
};

/** RFC 3397. */
export const domainSearch: OptionDefinition<119, readonly string[]> = {
  code: 119,
  name: "domain search",
  format,
  fromPool: (pool) => valuesOf(pool, "domainSearch", readDomain),
};

/**
 * Reads one name. What follows a pointer is read from the octets between its target and the name that points, so that
 * it ends; and the hops are bounded, so that a long chain of pointers costs no time.
 */
function readName(reader: ByteReader): string {
  const labels: string[] = [];
  let start = reader.at;
  let source = reader;
  for (let steps = 0;; steps++) {
    const length = source.u8();
    if (length === 0) break;
    if (steps > MOST_STEPS) reader.fail("a name of 1 to 253 characters", "a chain of pointers");
    if (length >= POINTER) {
      const target = ((length - POINTER) << 8) | source.u8();
      if (target >= start) reader.fail(`a pointer before octet ${start}`, `octet ${target}`);
      source = reader.between(target, start);
      start = target;
      continue;
    }
    const label = source.text(length);
    if (label.length !== length || !isLabel(label)) {
      reader.fail("a label of letters, digits and dashes", JSON.stringify(label));
    }
    labels.push(label);
  }
  const name = labels.join(".");
  if (!isDomainName(name)) {
    reader.fail("a name of 1 to 253 characters", `${name.length} characters`);
  }
  return name;
}

/** Writes one name; the rest of it that stands already in the option becomes a pointer. */
function writeName(
  writer: ByteWriter,
  { name, start, targets }: { name: string; start: number; targets: Map<string, number> },
): void {
  const labels = name.split(".");
  for (let i = 0; i < labels.length; i++) {
    const rest = labels.slice(i).join(".");
    const known = targets.get(rest);
    if (known !== undefined) return writer.u16((POINTER << 8) | known);
    const at = writer.length - start;
    if (at <= LAST_TARGET) targets.set(rest, at);
    const label = labels[i] ?? "";
    writer.u8(label.length);
    writer.text(label);
  }
  writer.u8(0);
}
