/**
 * Options as a Kea configuration defines and sets them.
 *
 * @module
 */
import type { Node } from "jsonc-parser";
import { errorText } from "../../core/error_text.ts";
import { optionValue, ValueError } from "../options/option_value.ts";
import type { Setting } from "../options/setting.ts";
import {
  type OptionForm,
  standardOption,
  standardOptionOf,
  type ValueForm,
} from "../options/standard_options.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { type KeaText, propertiesOf } from "./parse_kea.ts";

/** Space of the options of DHCPv4, and that of the sub-options of option 43. */
const DHCP4 = "dhcp4";
const ENCAPSULATED = "vendor-encapsulated-options-space";

const LEASE_TIME = 51;

interface Definition {
  readonly space: string;
  readonly name: string;
  readonly form: OptionForm;
  readonly encapsulates: string;
  readonly statement: Statement;
}

const TYPES: Readonly<Record<string, ValueForm>> = {
  "ipv4-address": "ipv4",
  "boolean": "bool",
  "string": "text",
  "binary": "hex",
  "empty": "hex",
  "fqdn": "fqdn",
  "uint8": "uint8",
  "uint16": "uint16",
  "uint32": "uint32",
  "int8": "int8",
  "int16": "int16",
  "int32": "int32",
};

/** The options of one configuration. */
export class KeaOptions {
  readonly #text: KeaText;
  readonly #ledger: Ledger;
  readonly #definitions: Definition[] = [];

  constructor(text: KeaText, ledger: Ledger) {
    this.#text = text;
    this.#ledger = ledger;
  }

  /** Takes the definitions of `option-def`. */
  define(list: Node): void {
    for (const item of this.#text.objects(list)) {
      const statement = this.#text.statement(item);
      const values = valuesOf(item);
      const type = String(values.get("type"));
      const records = type === "record"
        ? String(values.get("record-types")).split(",").map((one) => TYPES[one.trim()])
        : [TYPES[type]];
      const code = Number(values.get("code"));
      if (
        records.some((one) => one === undefined) || !Number.isInteger(code) || code < 0 ||
        code > 255
      ) {
        this.#ledger.note(statement, "a code from 0 to 255 and a known type are wanted");
        continue;
      }
      const forms = records.flatMap((one) => one ?? []);
      this.#definitions.push({
        space: String(values.get("space") ?? DHCP4),
        name: String(values.get("name")),
        form: { code, values: forms, repeated: values.get("array") === true },
        encapsulates: String(values.get("encapsulate") ?? ""),
        statement,
      });
    }
  }

  /** Code of the DHCPv4 option of a name. */
  codeOf(name: string): number | undefined {
    return this.#find(DHCP4, ({ name: own }) => own === name)?.code ?? standardOption(name)?.code;
  }

  /** The settings of `option-data`; comments for what cannot be read. */
  settings(list: Node): readonly Setting[] {
    return this.#text.objects(list).flatMap((item) => {
      const statement = this.#text.statement(item);
      try {
        return [this.#setting(item, statement)];
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        this.#ledger.note(statement, errorText(error));
        return [];
      }
    });
  }

  #setting(item: Node, statement: Statement): Setting {
    const values = valuesOf(item);
    const space = String(values.get("space") ?? DHCP4);
    const name = values.get("name");
    const code = values.get("code");
    const form = this.#form(space, { name, code });
    const data = String(values.get("data") ?? "");
    const isCsv = values.get("csv-format") !== false;
    const isWhole = form.values.length === 1 && !form.repeated &&
      (form.values[0] === "text" || form.values[0] === "hex");
    const read = isCsv ? splitCsv(data) : [data];
    const texts = isWhole ? read.slice(0, 1) : read;
    if (texts.length < read.length) {
      this.#ledger.note(statement, "Kea sends what is before the comma");
    }
    if (space === DHCP4 && form.code === LEASE_TIME) {
      throw new ValueError("the lease time that is sent is that of valid-lifetime");
    }
    const value = optionValue(isCsv ? form : { ...form, values: ["hex"], repeated: false }, texts);
    if (values.get("never-send") === true) {
      throw new ValueError("whether it is sent is a matter of scope");
    }
    if (space === DHCP4) {
      const always = values.get("always-send") === true;
      return { kind: "option", code: form.code, value, statement, ...(always && { always }) };
    }
    const [, enterprise] = /^vendor-(\d+)$/.exec(space) ?? [];
    if (enterprise !== undefined) {
      return { kind: "vendor", enterprise: Number(enterprise), code: form.code, value, statement };
    }
    const option = space === ENCAPSULATED
      ? 43
      : this.#find(DHCP4, ({ encapsulates }) => encapsulates === space)?.code;
    if (option === undefined) {
      throw new ValueError(`which option the options of ${space} are in is not said`);
    }
    return { kind: "suboption", option, code: form.code, value, statement };
  }

  #form(
    space: string,
    { name, code }: { readonly name: unknown; readonly code: unknown },
  ): OptionForm {
    const own = this.#find(
      space,
      ({ name: own, form }) => name === undefined ? form.code === code : own === name,
    );
    const standard = space !== DHCP4
      ? undefined
      : name === undefined
      ? standardOptionOf(Number(code))
      : standardOption(String(name));
    const form = own ?? standard;
    if (form !== undefined) return form;
    if (Number.isInteger(code)) return { code: Number(code), values: ["hex"], repeated: false };
    throw new ValueError(`no option ${name ?? code} is defined in ${space}`);
  }

  #find(space: string, isIt: (one: Definition) => boolean): OptionForm | undefined {
    const found = this.#definitions.find((one) => one.space === space && isIt(one));
    if (found !== undefined) this.#ledger.say(found.statement);
    return found?.form;
  }
}

/** The plain values of an object. */
export function valuesOf(item: Node): ReadonlyMap<string, unknown> {
  return new Map(propertiesOf(item).map(({ name, value }) => [name, value.value]));
}

/** Values between commas; one that is written `\,` belongs to its value. */
function splitCsv(data: string): readonly string[] {
  return data.trim() === ""
    ? []
    : (data.match(/(?:\\,|[^,])+/g) ?? []).map((text) => unescaped(text).trim());
}

function unescaped(text: string): string {
  return text.replaceAll("\\,", ",");
}
