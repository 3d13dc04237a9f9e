import type { FieldError } from "../../api/fields/field_error.ts";
import type { IPv4Config, IPv4Status } from "../../api/types.ts";
import { type Cidr, readIPv4, reasonNotIPv4 } from "../../net/mod.ts";
import { isInteger } from "./formats/integer.ts";
import { isDomainName } from "./formats/name.ts";

/** What options take their values from: a pool, as far as it could be read. */
export interface PoolSource {
  /** `spec.ipv4Config`. */
  readonly config: IPv4Config;
  /** `status.ipv4`. */
  readonly status: Partial<IPv4Status>;
  /** The subnet. */
  readonly cidr: Cidr;
  /** Server identifier, unsigned 32 bits. */
  readonly server: number;
  /** Called with each value that cannot be used and is left out. The path begins with the name of the field in `config`. */
  readonly report: (problem: FieldError) => void;
}

/** Reads one text of a field: its values, or a sentence about what it must be. */
type ReadText<Value> = (text: string) => readonly Value[] | string;

/** The fields that are one text, or a list of texts. */
type TextField =
  | ("router" | "dns" | "domainName" | "domainSearch" | "ntp" | "broadcast" | "captivePortal")
  | ("wpad" | "nextServer" | "tftpServerName" | "bootFileName");

/**
 * What a field of `spec.ipv4Config` says, one text or a list, each value once. A text that cannot be used is reported and
 * left out; nothing left is no value.
 */
export function valuesOf<Value>(
  { config, report }: PoolSource,
  field: TextField,
  read: ReadText<Value>,
): readonly Value[] | undefined {
  const said: unknown = config[field] ?? [];
  const found = new Set<Value>();
  const texts: readonly unknown[] = Array.isArray(said) ? said : [said];
  texts.forEach((text, index) => {
    if (text === "") return;
    const values = typeof text === "string" ? read(text) : "must be a text";
    if (typeof values !== "string") return values.forEach((value) => found.add(value));
    report({ path: said === texts ? [field, index] : [field], value: text, message: values });
  });
  return found.size === 0 ? undefined : [...found];
}

/** What a field says that is one text and one value. */
export function valueOf<Value>(
  pool: PoolSource,
  field: TextField,
  read: ReadText<Value>,
): Value | undefined {
  return valuesOf(pool, field, read)?.[0];
}

/** What a field says that is one text, as it is written, but for what `problem` finds wrong with it. */
export function textOf(
  pool: PoolSource,
  field: TextField,
  problem: (text: string) => string | undefined,
): string | undefined {
  return valueOf(pool, field, (text) => problem(text) ?? [text]);
}

/** What a field says that is a whole number; one outside of its limits is reported and no value. */
export function integerOf(
  { config, report }: PoolSource,
  field: "mtu" | "ipv6OnlyPreferred",
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const value = config[field] ?? undefined;
  if (value === undefined || isInteger(value, least, most)) return value;
  report({ path: [field], value, message: `must be a whole number from ${least} to ${most}` });
  return undefined;
}

/** The address in a text. */
export function readAddress(text: string): readonly number[] | string {
  const address = readIPv4(text);
  if (address > 0) return [address];
  const why = address < 0 ? reasonNotIPv4(text) : "0.0.0.0 is no host's address";
  return `must be an IPv4 address: ${why}`;
}

/** The domain name in a text, without a dot at its end. */
export function readDomain(text: string): readonly string[] | string {
  const name = text.replace(/\.$/, "");
  return isDomainName(name) ? [name] : "must be a domain name such as example.com";
}
