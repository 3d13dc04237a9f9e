/**
 * Options as `dhcp-option` sets them.
 *
 * @module
 */
import { ipv4ToBytes, readIPv4 } from "../../core/net/mod.ts";
import { type OptionValue, optionValue, ValueError } from "../options/option_value.ts";
import type { Setting } from "../options/setting.ts";
import { type OptionForm, standardOption, standardOptionOf } from "../options/standard_options.ts";
import type { Statement } from "../source/ledger.ts";
import type { Part } from "./parse_dnsmasq.ts";

const INFINITE = 0xffff_ffff;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
/** Options whose value is a time. */
const TIMES: ReadonlySet<number> = new Set([51, 58, 59]);
const ROUTES: ReadonlySet<number> = new Set([121, 249]);
/** Shortest lease that dnsmasq grants, in seconds. */
const MIN_LEASE_TIME = 120;
/** Stands for the address of the machine that runs dnsmasq. */
const OWN_ADDRESS = "0.0.0.0";

/** Seconds of `45m` or `infinite`; `undefined` for anything else. */
export function secondsOf(text: string): number | undefined {
  if (text === "infinite") return INFINITE;
  const [, number, unit = "s"] = /^(\d{1,10})([smhdw]?)$/i.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit.toLowerCase() || "s"] ?? 1);
  return seconds >= 1 && seconds <= INFINITE ? seconds : undefined;
}

/** The time of a lease, in seconds: two minutes at least. */
export function leaseTimeOf(text: string): number | undefined {
  const seconds = secondsOf(text);
  return seconds === undefined ? undefined : Math.max(seconds, MIN_LEASE_TIME);
}

/**
 * The setting of an option.
 *
 * @param parts The line without its tags
 * @param own The address of the machine that runs dnsmasq, where the file says it
 * @throws {ValueError} where it cannot be read.
 */
export function dnsmasqOption(
  parts: readonly Part[],
  { statement, always, own }: {
    readonly statement: Statement;
    readonly always: boolean;
    readonly own: string | undefined;
  },
): Setting {
  const wraps: string[] = [];
  let at = 0;
  for (; /^(encap|vi-encap|vendor):/.test(parts[at]?.text ?? ""); at++) {
    wraps.push(parts[at]?.text ?? "");
  }
  const { code, form } = optionOf(parts[at]?.text ?? "");
  const values = parts.slice(at + 1);
  const [wrap = "", another] = wraps;
  if (another !== undefined) throw new ValueError("it is in one option, not in two");
  const [kind, inside = ""] = wrap.split(":", 2);
  const isEmpty = values.every(({ text, quoted }) => text === "" && !quoted);
  if (kind === "vendor") {
    throw new ValueError("it depends on the vendor class, and only boot files can");
  }
  if (kind === "encap" || kind === "vi-encap") {
    const number = Number(inside);
    if (!Number.isInteger(number) || inside === "") {
      throw new ValueError(`a number is wanted: ${wrap}`);
    }
    const value = isEmpty ? { type: "hex", texts: [""] } as const : guessed(values);
    return kind === "encap"
      ? { kind: "suboption", option: number, code, value, statement }
      : { kind: "vendor", enterprise: number, code, value, statement };
  }
  if (isEmpty && form?.values[0] !== "hex") {
    return { kind: "option", code, value: undefined, statement };
  }
  const value = form === undefined ? guessed(values) : known(form, { values, own });
  return { kind: "option", code, value, statement, ...(always && { always }) };
}

function optionOf(text: string): { readonly code: number; readonly form: OptionForm | undefined } {
  if (text.startsWith("option6:")) throw new ValueError("it is of DHCPv6");
  const name = text.replace(/^option:/, "");
  const isNumber = /^\d{1,3}$/.test(name);
  const form = isNumber ? standardOptionOf(Number(name)) : standardOption(name);
  if (isNumber && Number(name) <= 255) return { code: Number(name), form };
  if (form === undefined) throw new ValueError(`no option ${name} is known`);
  return { code: form.code, form };
}

function known(
  form: OptionForm,
  { values, own }: { readonly values: readonly Part[]; readonly own: string | undefined },
): OptionValue {
  const texts = values.map(({ text }) => text);
  const [first] = form.values;
  if (TIMES.has(form.code)) {
    return optionValue(
      form,
      texts.map((text) => String(secondsOf(text) ?? text)),
    );
  }
  if (ROUTES.has(form.code)) return optionValue(form, routes(texts, own));
  if (first === "text") return { type: "text", texts: [texts.join(",")] };
  if (first === "hex") return guessed(values);
  const isNumber = /^u?int/.test(first ?? "");
  const odd = texts.find((text) => isNumber && !/^-?\d+[bsi]?$/.test(text));
  if (odd !== undefined) throw new ValueError(`a decimal number is wanted: ${odd}`);
  const numbers = isNumber ? texts.map((text) => text.replace(/[bsi]$/, "")) : texts;
  return optionValue(form, first === "ipv4" ? numbers.map((text) => address(text, own)) : numbers);
}

/** `10.0.0.0/8,192.0.2.1,...` in pairs. */
function routes(texts: readonly string[], own: string | undefined): readonly string[] {
  if (texts.length % 2 !== 0) throw new ValueError("subnets with their gateways are wanted");
  return texts.flatMap((text, index) =>
    index % 2 === 0
      ? [`${text.includes("/") ? text : `${text}/32`} ${address(texts[index + 1] ?? "", own)}`]
      : []
  );
}

function address(text: string, own: string | undefined): string {
  if (text !== OWN_ADDRESS) return text;
  if (own === undefined) {
    throw new ValueError("the file does not say the address of dnsmasq itself, which is meant");
  }
  return own;
}

/** A value of an option that dnsmasq has no form for: by its looks. */
function guessed(values: readonly Part[]): OptionValue {
  const texts = values.map(({ text }) => text);
  const [only = "", another] = texts;
  const text: OptionValue = { type: "text", texts: [texts.join(",")] };
  if (values.some(({ quoted }) => quoted)) return text;
  if (texts.every((one) => readIPv4(one) >= 0)) return { type: "ipv4", texts };
  const described = texts.map(subnetOctets);
  if (described.every((one) => one !== undefined)) return octets(described.flat());
  if (another !== undefined) return text;
  if (/^([0-9a-f]{1,2}:)+[0-9a-f]{1,2}$/i.test(only)) return optionValue(OCTETS, texts);
  const [, number, size = ""] = /^(-?\d{1,18})([bsi]?)$/.exec(only) ?? [];
  return number === undefined ? text : guessedNumber(number, size);
}

const OCTETS: OptionForm = { code: 0, values: ["hex"], repeated: false };
/** How many octets a number has by the letter behind it. */
const SIZES: Readonly<Record<string, number | undefined>> = { b: 1, s: 2, i: 4 };

/** A number of 32 bits, of which the lower ones are sent. */
function guessedNumber(number: string, size: string): OptionValue {
  const value = Number(BigInt.asUintN(32, BigInt(number)));
  const length = SIZES[size] ?? (value <= 0xff ? 1 : value <= 0xffff ? 2 : 4);
  const sent = value % 2 ** (8 * length);
  return { type: length === 1 ? "uint8" : length === 2 ? "uint16" : "uint32", texts: [`${sent}`] };
}

/** `192.0.2.0/24` as option 121 writes it, an address as it is. */
function subnetOctets(text: string): readonly number[] | undefined {
  const [, address = "", bits] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  if (readIPv4(address) < 0 || Number(bits ?? 0) > 32) return undefined;
  const all = [...ipv4ToBytes(readIPv4(address))];
  return bits === undefined ? all : [Number(bits), ...all.slice(0, Math.ceil(Number(bits) / 8))];
}

function octets(all: readonly number[]): OptionValue {
  return optionValue(OCTETS, [all.map((one) => one.toString(16).padStart(2, "0")).join(":")]);
}
