/**
 * Checks of single values, over an object whose structure may be broken: a value of the wrong type is passed over,
 * since the schema already complains about it.
 *
 * @module
 */
import {
  AddressError,
  type Cidr,
  formatCidr,
  isUsable,
  parseCidr,
  parseClientMac,
  readIPv4,
  reasonNotIPv4,
} from "../../net/mod.ts";
import { MOST_ERRORS } from "./bounded_issues.ts";
import { valueAt } from "./check_schema.ts";
import type { FieldError, FieldPath } from "./field_error.ts";

const HOST_LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;
/** Names of domains also have underscores. */
const DOMAIN_LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_LABEL = 63;
const MAX_DOMAIN = 253;

/** Reads values of one object and gathers what is wrong with them. */
export class FieldChecks {
  /** What was found, in the order of the checks; {@linkcode MOST_ERRORS} at most. */
  readonly errors: FieldError[] = [];
  readonly #object: unknown;

  constructor(object: unknown) {
    this.#object = object;
  }

  /** Notes an error at `path`. */
  fail(path: FieldPath, message: string): void {
    if (this.isFull) return;
    this.errors.push({ path, value: valueAt(this.#object, path), message });
  }

  /** Whether enough was found, so that nothing more need be checked. */
  get isFull(): boolean {
    return this.errors.length >= MOST_ERRORS;
  }

  /** The value at `path`. */
  at(path: FieldPath): unknown {
    return valueAt(this.#object, path);
  }

  /** The text at `path`; `undefined` where there is none. */
  text(path: FieldPath): string | undefined {
    const value = this.at(path);
    return typeof value === "string" ? value : undefined;
  }

  /** The paths of a list's items, until enough is found; none where there is no list, or one of more than `most`. */
  *items(path: FieldPath, most = Infinity): Generator<FieldPath> {
    const value = this.at(path);
    if (!Array.isArray(value) || value.length > most) return;
    for (let index = 0; index < value.length && !this.isFull; index++) yield [...path, index];
  }

  /** Checks the text at `path` as {@linkcode check} does; an empty one counts as unset. */
  optional(path: FieldPath, problem: (text: string) => string | undefined): void {
    this.check(path, (text) => text === "" ? undefined : problem(text));
  }

  /** Checks the text at `path`, if there is one: `problem` says what is wrong with it. */
  check(path: FieldPath, problem: (text: string) => string | undefined): string | undefined {
    const text = this.text(path);
    const message = text === undefined ? undefined : problem(text);
    if (message !== undefined) this.fail(path, message);
    return message === undefined ? text : undefined;
  }

  /** The IPv4 address at `path`, as a number; `undefined` where there is none, or no good one. */
  ipv4(path: FieldPath): number | undefined {
    const text = this.check(path, ipv4Problem);
    return text === undefined ? undefined : readIPv4(text);
  }

  /** The whole number at `path`, which must not lie outside of limits; `undefined` where there is none, or no good one. */
  number(
    path: FieldPath,
    { least, most, unit }: { readonly least: number; readonly most: number; readonly unit: string },
  ): number | undefined {
    const value = this.at(path);
    if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
    if (value >= least && value <= most) return value;
    this.fail(path, `must be from ${least} to ${most} ${unit}`);
    return undefined;
  }

  /**
   * The address at `path`, which must be one that a host of `cidr` may have; `otherwise` says what it may be instead. An
   * empty text counts as unset.
   */
  host(path: FieldPath, cidr: Cidr | undefined, otherwise: string = ""): number | undefined {
    if (this.text(path) === "") return undefined;
    const address = this.ipv4(path);
    if (address === undefined || cidr === undefined || isUsable(cidr, address)) return address;
    const edge = address === cidr.network
      ? ", not its network address"
      : address === cidr.broadcast
      ? ", not its broadcast address"
      : "";
    this.fail(path, `must be a host address of ${formatCidr(cidr)}${edge}${otherwise}`);
    return undefined;
  }

  /** The subnet at `path`; `undefined` where there is none, or no good one. */
  cidr(path: FieldPath): Cidr | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    try {
      return parseCidr(text);
    } catch (error) {
      this.fail(path, `must be an IPv4 subnet such as 192.168.48.0/24: ${whyOf(error)}`);
      return undefined;
    }
  }
}

/** What is wrong with the text of an IPv4 address. */
export function ipv4Problem(text: string): string | undefined {
  if (readIPv4(text) >= 0) return undefined;
  return `must be an IPv4 address such as 192.168.48.10: ${reasonNotIPv4(text)}`;
}

/** What is wrong with the text of a NIC's MAC address. */
export function macProblem(text: string): string | undefined {
  try {
    parseClientMac(text);
    return undefined;
  } catch (error) {
    return `must be a MAC address such as 52:54:00:12:34:56: ${whyOf(error)}`;
  }
}

/** What is wrong with the name of an object, such as a VM: a DNS subdomain (RFC 1123). */
export function objectNameProblem(text: string): string | undefined {
  if (text.length <= MAX_DOMAIN && text.split(".").every((label) => DNS_LABEL.test(label))) {
    return undefined;
  }
  return `must be the name of an object: lower-case letters, digits, "-" and "."`;
}

/** What is wrong with a domain; a dot at the end is allowed. */
export function domainProblem(text: string): string | undefined {
  if (isDomain(text, DOMAIN_LABEL)) return undefined;
  return "must be a domain name such as example.com";
}

/** What is wrong with an NTP server: an IPv4 address or a host name. */
export function ntpProblem(text: string): string | undefined {
  if (readIPv4(text) >= 0) return undefined;
  // A name of digits only is meant to be an address.
  if (!/^[\d.]+$/.test(text) && isDomain(text, HOST_LABEL)) return undefined;
  return `must be an IPv4 address or a host name such as pool.ntp.org`;
}

function isDomain(text: string, label: RegExp): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name.length <= MAX_DOMAIN &&
    name.split(".").every((part) => part.length <= MAX_LABEL && label.test(part));
}

function whyOf(error: unknown): string {
  return error instanceof AddressError ? error.why : String(error);
}
