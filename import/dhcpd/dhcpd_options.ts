/**
 * Options as a `dhcpd.conf` defines and sets them.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { hexOctets, type OptionValue, optionValue, ValueError } from "../options/option_value.ts";
import type { Setting } from "../options/setting.ts";
import {
  type OptionForm,
  standardOption,
  standardOptionOf,
  type ValueForm,
} from "../options/standard_options.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { endsBefore, isSign, type Node, type Token } from "./parse_dhcpd.ts";

const LEASE_TIME = 51;

/** An option that the file defines. */
interface Definition {
  readonly form: OptionForm;
  readonly statement: Statement;
}

/** The names of one file. */
export class DhcpdOptions {
  readonly #ledger: Ledger;
  readonly #definitions = new Map<string, Definition>();
  /** Space of sub-options -> the option that they are in, and the statement that says so. */
  readonly #spaces = new Map<string, { readonly code: number; readonly statement: Statement }>();
  readonly #spaceStatements = new Map<string, Statement>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Takes a definition; false where the node is none. */
  define({ tokens }: Node, statement: Statement): boolean {
    const [word, name, code, number] = tokens;
    if (isSign(word, "vendor-option-space") && name !== undefined) {
      this.#spaces.set(name.text, { code: 43, statement });
      return true;
    }
    if (!isSign(word, "option") || name === undefined) return false;
    if (isSign(name, "space")) {
      this.#spaceStatements.set(tokens[2]?.text ?? "", statement);
      return true;
    }
    if (!isSign(code, "code") || name.quoted) return false;
    const type = tokens.slice(5);
    const encapsulated = type.findIndex((token) => isSign(token, "encapsulate"));
    const space = type[encapsulated + 1]?.text;
    if (encapsulated >= 0 && space !== undefined) {
      this.#spaces.set(space, { code: Number(number?.text), statement });
    }
    const form = formOf(Number(number?.text), type);
    if (form === undefined) this.#ledger.note(statement, "its type is not known");
    else this.#definitions.set(name.text.toLowerCase(), { form, statement });
    return true;
  }

  /** The code of a name; of an option of iPXE's own, the one that they are in. */
  codeOf(name: string): number | undefined {
    const [space = "", ...rest] = name.split(".");
    if (rest.length > 0 && space !== "dhcp") {
      const found = this.#spaces.get(space) ?? this.#spaces.get(space.toLowerCase());
      if (found !== undefined) this.#ledger.say(found.statement);
      return found?.code ?? (space === "ipxe" || space === "gpxe" ? 175 : undefined);
    }
    return this.#find(rest.length > 0 ? rest.join(".") : name)?.code;
  }

  /** The setting of `option NAME VALUES`; a comment where it cannot be read. */
  setting({ tokens }: Node, statement: Statement): Setting | undefined {
    const [, name, ...rest] = tokens;
    const values = isSign(rest[0], "=") ? rest.slice(1) : rest;
    try {
      return this.#read(name?.text ?? "", { values, statement });
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#ledger.note(statement, errorText(error));
      return undefined;
    }
  }

  #read(
    name: string,
    { values, statement }: { readonly values: readonly Token[]; readonly statement: Statement },
  ): Setting {
    const form = this.#find(name.replace(/^dhcp\./, ""));
    if (form === undefined) throw new ValueError(`no option ${name} is defined`);
    if (form.code === LEASE_TIME && !name.replace(/^dhcp\./, "").includes(".")) {
      throw new ValueError("the lease time that is sent is that of default-lease-time");
    }
    const value = valueOf(form, values);
    const space = name.includes(".") ? name.slice(0, name.indexOf(".")) : "dhcp";
    if (space === "dhcp") return { kind: "option", code: form.code, value, statement };
    const option = this.#spaces.get(space);
    if (option === undefined) {
      throw new ValueError(`which option the options of ${space} are in is not said`);
    }
    for (const one of [option.statement, this.#spaceStatements.get(space)]) {
      if (one !== undefined) this.#ledger.say(one);
    }
    return { kind: "suboption", option: option.code, code: form.code, value, statement };
  }

  #find(name: string): OptionForm | undefined {
    const own = this.#definitions.get(name.toLowerCase());
    if (own !== undefined) {
      this.#ledger.say(own.statement);
      return own.form;
    }
    const [, code] = /^(?:unknown|option)-(\d+)$/.exec(name) ?? [];
    if (code !== undefined) return { code: Number(code), values: ["hex"], repeated: false };
    return standardOption(name);
  }
}

const TYPES: Readonly<Record<string, ValueForm>> = {
  "ip-address": "ipv4",
  "boolean": "bool",
  "flag": "bool",
  "text": "text",
  "string": "text",
  "domain-name": "fqdn",
  "domain-list": "fqdn",
};

/** The form that a type describes, such as `array of unsigned integer 8`. */
function formOf(code: number, type: readonly Token[]): OptionForm | undefined {
  if (!Number.isInteger(code) || code < 0 || code > 255) return undefined;
  const words = type.map(({ text }) => text.toLowerCase());
  const isArray = words[0] === "array" && words[1] === "of";
  const texts = (isArray ? words.slice(2) : words).join(" ").replace(/[{}]/g, "").split(",")
    .map((text) => text.trim());
  const values: ValueForm[] = [];
  for (const text of texts) {
    const [, sign, bits] = /^(?:(signed|unsigned) )?integer (8|16|32)$/.exec(text) ?? [];
    const form = bits === undefined
      ? text.startsWith("encapsulate") ? "hex" : TYPES[text.split(" ")[0] ?? ""]
      // Without a word, dhcpd takes an integer as signed.
      : (`${sign === "unsigned" ? "uint" : "int"}${bits}` as ValueForm);
    if (form === undefined) return undefined;
    values.push(form);
  }
  const isList = isArray || (values.length === 1 && texts[0]?.startsWith("domain-list") === true);
  // Routes are made readable, whatever the file calls their type.
  const routes = code === 121 || code === 249 ? standardOptionOf(code) : undefined;
  const isOctets = isArray && values.length === 1 &&
    (values[0] === "uint8" || values[0] === "int8");
  if (routes !== undefined && isOctets) return { code, values: ["uint8"], repeated: true };
  return { code, values, repeated: isList };
}

function valueOf(form: OptionForm, tokens: readonly Token[]): OptionValue {
  const isExpression = tokens.some((token) => isSign(token, "(") || isSign(token, "="));
  if (isExpression) throw new ValueError("a value that is computed cannot be said");
  const [first] = form.values;
  endsBefore(tokens.find((_, index) => isBehindEnd(form, { tokens, index })));
  const values = tokens.filter((token) => !isSign(token, ","));
  const [only] = values;
  // A text may be written as octets, octets as a text.
  if (form.values.length === 1 && (first === "text" || first === "hex") && only !== undefined) {
    if (values.length > 1) throw new ValueError("one value is wanted");
    if (!only.quoted) {
      const octets = hexOctets(only.text);
      return optionValue({ ...form, values: ["hex"] }, [octets.map(pair).join(":")]);
    }
    if (first === "hex" || !isText(only.text)) {
      return optionValue({ ...form, values: ["hex"] }, [
        [...only.text].map((one) => pair(one.charCodeAt(0) & 0xff)).join(":"),
      ]);
    }
  }
  return optionValue(
    form,
    values.map(({ text }, index) =>
      /^u?int/.test(form.values[index % form.values.length] ?? "") ? numberText(text) : text
    ),
  );
}

/** Whether a token is another statement's: behind a whole value, without a comma between. */
function isBehindEnd(
  { values }: OptionForm,
  { tokens, index }: { readonly tokens: readonly Token[]; readonly index: number },
): boolean {
  const at = tokens.slice(0, index).findLastIndex((token) => isSign(token, ","));
  return index - at > values.length && !isSign(tokens[index], ",");
}

/** A number, which is octal where it begins with 0. */
function numberText(text: string): string {
  if (!/^-?0\d/.test(text)) return text;
  if (!/^-?[0-7]+$/.test(text)) {
    throw new ValueError(`octal digits are wanted behind a leading 0: ${text}`);
  }
  return String(parseInt(text, 8));
}

function pair(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

/** Whether its octets are ASCII, with the white space that texts have. */
function isText(text: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(text);
}
