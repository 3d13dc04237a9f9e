/**
 * Classes of clients of a Kea configuration: their boot files.
 *
 * @module
 */
import type { Node } from "jsonc-parser";
import type { BootBranch } from "../boot/boot_files.ts";
import type { Condition } from "../boot/condition.ts";
import { type ExpressionToken, parseCondition } from "../boot/parse_condition.ts";
import { type Setting, sharedNextServer } from "../options/setting.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { keaField, noPlaceFor } from "./kea_fields.ts";
import { type KeaOptions, valuesOf } from "./kea_options.ts";
import { type KeaText, propertiesOf } from "./parse_kea.ts";

const BOOT_FILE = 67;
/** The class of clients with this vendor class, which needs no definition. */
const VENDOR_CLASS = /^VENDOR_CLASS_(.+)$/;

/** The classes. */
export class KeaClasses {
  /** Boot files, those of the first class first, as Kea has it. */
  readonly branches: BootBranch[] = [];
  readonly #text: KeaText;
  readonly #ledger: Ledger;
  readonly #options: KeaOptions;
  readonly #conditions = new Map<string, Condition>();
  readonly #nextServers: Setting[] = [];

  constructor({ text, ledger, options }: {
    readonly text: KeaText;
    readonly ledger: Ledger;
    readonly options: KeaOptions;
  }) {
    this.#text = text;
    this.#ledger = ledger;
    this.#options = options;
  }

  /** Reads `client-classes`. */
  read(list: Node): void {
    for (const item of this.#text.objects(list)) this.#class(item);
  }

  /** The boot server that all classes name, where `global` names none. */
  nextServer(global: readonly Setting[]): readonly Setting[] {
    const note = (statement: Statement, reason: string) => this.#ledger.note(statement, reason);
    return sharedNextServer(this.#nextServers, { general: global, note });
  }

  #class(item: Node): void {
    const values = valuesOf(item);
    const name = String(values.get("name") ?? "");
    const condition = this.#condition(name, values.get("test"));
    this.#conditions.set(name, condition);
    const before = this.branches.length;
    const isRequired = values.get("only-if-required") === true;
    for (const { name: key, value, node } of propertiesOf(item)) {
      if (key === "name" || key === "test") continue;
      if (key === "option-def") this.#options.define(value);
      else if (key === "option-data") {
        for (const setting of this.#options.settings(value)) this.#option(setting, condition);
      } else {
        const statement = this.#text.statement(node);
        const fields = keaField(key, value.value);
        const reason = fields === undefined
          ? noPlaceFor(key, value)
          : "reason" in fields
          ? fields.reason
          : undefined;
        const [one] = fields === undefined || "reason" in fields ? [] : fields;
        if (reason !== undefined) this.#ledger.note(statement, reason);
        else if (one?.field === "bootFileName") {
          this.branches.push({ statement, condition, fileName: String(one.value) });
        } else if (one?.field === "nextServer") {
          this.#nextServers.push({ kind: "field", ...one, statement });
        } else this.#ledger.note(statement, `it depends on class ${name}, and only boot files can`);
      }
    }
    if (isRequired) {
      for (const { statement } of this.branches.splice(before)) {
        this.#ledger.note(statement, `class ${name} is only asked where it is required`);
      }
    }
    const usage = this.branches.length > before;
    for (const { name: key, node } of propertiesOf(item)) {
      if (key !== "name" && key !== "test") continue;
      const statement = this.#text.statement(node);
      if (usage) this.#ledger.say(statement);
      else this.#ledger.note(statement, "a class without a boot file says nothing here by itself");
    }
  }

  #option(setting: Setting, condition: Condition): void {
    const { statement } = setting;
    if (setting.kind === "option" && setting.code === BOOT_FILE && setting.value !== undefined) {
      this.branches.push({ statement, condition, fileName: setting.value.texts.join("") });
    } else this.#ledger.note(statement, "it depends on a class, and only boot files can");
  }

  #condition(name: string, test: unknown): Condition {
    if (typeof test === "string") {
      return parseCondition(tokensOf(test), {
        optionCode: (option) => this.#options.codeOf(option),
        member: (other) => this.#conditions.get(other) ?? vendorClass(other),
      });
    }
    return vendorClass(name) ?? { is: "unknown", text: `class ${name}, which has no test` };
  }
}

function vendorClass(name: string): Condition | undefined {
  const [, vendorClass] = VENDOR_CLASS.exec(name) ?? [];
  return vendorClass === undefined ? undefined : { is: "kind", kind: { vendorClass } };
}

/** The words of a test. */
function tokensOf(test: string): readonly ExpressionToken[] {
  const words = test.matchAll(/'([^']*)'|==|!=|[(),]|[^\s'(),=!]+|./g);
  return [...words].filter(([text]) => text.trim() !== "").map(([text, quoted]) =>
    quoted === undefined ? { text, quoted: false } : { text: quoted, quoted: true }
  );
}
