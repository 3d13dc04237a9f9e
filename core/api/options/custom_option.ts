/**
 * Reads rows of `options` and `vendorOptions`.
 *
 * @module
 */
import type { Checked, FieldError, FieldPath } from "../fields/field_error.ts";
import { CUSTOM_OPTION_TYPES, customOctets } from "./custom_value.ts";
import { optionCodeProblem, suboptionCodeProblem } from "./option_codes.ts";

/** An option can be no longer: it is not split (RFC 3396 asks for that only where both sides know it). */
const MAX_OPTION_OCTETS = 255;
/** Texts that one value is joined of, at most. */
const MOST_TEXTS = MAX_OPTION_OCTETS;

/** One of `options` as it is sent. */
export interface OptionOctets {
  /** 1 to 254. */
  readonly code: number;
  /** 1 to 255 octets. */
  readonly octets: readonly number[];
  /** Whether it is also sent to who does not ask for it. */
  readonly always: boolean;
}

/** One of `vendorOptions` as it is sent. */
interface VendorOctets {
  /** IANA enterprise number, unsigned 32 bits. */
  readonly enterprise: number;
  /** 1 to 255. */
  readonly code: number;
  /** 1 to 250 octets. */
  readonly octets: readonly number[];
}

/** Reads one of `options`, whatever stands there. Errors bear the path within it. */
export function readCustomOption(option: unknown): Checked<OptionOctets> {
  const { code, type, value, suboptions, always } = fieldsOf(option);
  const errors: FieldError[] = [];
  errors.push(...codeErrors(code, optionCodeProblem));
  let octets: readonly number[] = [];
  if (suboptions === undefined) octets = readValue({ type, value }, [], errors);
  else {
    for (const [name, other] of [["type", type], ["value", value]] as const) {
      if (other === undefined) continue;
      errors.push({ path: [name], value: other, message: "must not stand beside suboptions" });
    }
    octets = readSuboptions(suboptions, errors);
  }
  if (octets.length > MAX_OPTION_OCTETS) {
    const [field, said] = suboptions === undefined
      ? ["value", value] as const
      : ["suboptions", suboptions] as const;
    errors.push({ path: [field], value: said, message: tooLong(octets) });
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: { code: Number(code), octets, always: always === true } };
}

/** Reads one of `vendorOptions`, whatever stands there. Errors bear the path within it. */
export function readVendorOption(option: unknown): Checked<VendorOctets> {
  const { enterprise, code, type, value } = fieldsOf(option);
  const errors: FieldError[] = [];
  if (!isUnsigned(enterprise, 0xffff_ffff)) {
    const message = "must be an enterprise number from 0 to 4294967295";
    errors.push({ path: ["enterprise"], value: enterprise, message });
  }
  errors.push(...codeErrors(code, (code) => suboptionCodeProblem(code, 255)));
  const octets = readValue({ type, value }, [], errors);
  if (octets.length > MAX_VENDOR_OCTETS) {
    errors.push({ path: ["value"], value, message: tooLong(octets, MAX_VENDOR_OCTETS) });
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: { enterprise: Number(enterprise), code: Number(code), octets } };
}

/** Five octets of the entry's head and two of the sub-option's (RFC 3925 section 4). */
const MAX_VENDOR_OCTETS = MAX_OPTION_OCTETS - 7;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

function codeErrors(
  code: unknown,
  problem: (code: unknown) => string | undefined,
): readonly FieldError[] {
  const message = code === undefined ? "is required" : problem(code);
  return message === undefined ? [] : [{ path: ["code"], value: code, message }];
}

function readSuboptions(list: unknown, errors: FieldError[]): readonly number[] {
  if (!Array.isArray(list) || list.length === 0) {
    const message = "must be a list with at least one sub-option";
    errors.push({ path: ["suboptions"], value: list, message });
    return [];
  }
  const seen = new Map<unknown, number>();
  return list.flatMap((suboption: unknown, index) => {
    const path = ["suboptions", index];
    const { code, type, value } = fieldsOf(suboption);
    const wrong = codeErrors(code, (code) => suboptionCodeProblem(code, 254));
    errors.push(...wrong.map((error) => ({ ...error, path: [...path, ...error.path] })));
    const first = seen.get(code);
    if (first === undefined) seen.set(code, index);
    else if (wrong.length === 0) {
      const message = `must not be used twice: suboptions[${first}] has it too`;
      errors.push({ path: [...path, "code"], value: code, message });
    }
    const octets = readValue({ type, value }, path, errors);
    // Where the code is none, nothing is sent: what stands there may be anything, also what is no number to JavaScript.
    return [wrong.length === 0 ? Number(code) : 0, octets.length, ...octets];
  });
}

/** The octets of `value`, written as `type` says; what is wrong with either is added to `errors`. */
function readValue(
  { type, value }: { readonly type: unknown; readonly value: unknown },
  path: FieldPath,
  errors: FieldError[],
): readonly number[] {
  const known = CUSTOM_OPTION_TYPES.find((name) => name === type);
  if (known === undefined) {
    const message = type === undefined
      ? "is required"
      : `must be one of ${CUSTOM_OPTION_TYPES.map((name) => JSON.stringify(name)).join(", ")}`;
    errors.push({ path: [...path, "type"], value: type, message });
  }
  const at = [...path, "value"];
  const problem = valueProblem(value);
  if (problem !== undefined) errors.push({ path: at, value, message: problem });
  if (known === undefined || problem !== undefined) return [];
  const texts = typeof value === "string" ? [value] : value as readonly string[];
  return texts.flatMap((text, index) => {
    const octets = text === "" ? "must not be empty" : customOctets(known, text);
    if (typeof octets !== "string") return octets;
    errors.push({ path: texts === value ? [...at, index] : at, value: text, message: octets });
    return [];
  });
}

/** What is wrong with the type of a value. */
function valueProblem(value: unknown): string | undefined {
  if (value === undefined) return "is required";
  if (typeof value === "string") return undefined;
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) {
    return "must be a string or a list of strings: a number stands in quotes";
  }
  if (value.length === 0) return "must not be empty";
  return value.length > MOST_TEXTS ? `must have at most ${MOST_TEXTS} items` : undefined;
}

function isUnsigned(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}

function tooLong({ length }: { readonly length: number }, most = MAX_OPTION_OCTETS): string {
  return `must have at most ${most} octets, not ${length}`;
}
