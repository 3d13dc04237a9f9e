import { optionName, type ServedNetwork } from "../../core/dhcp/mod.ts";

/** Options that are named at most. */
const NAMED = 5;

/**
 * The options that replies had no room for, by their codes, since the pool last said other options (rule 83). A client may
 * take little, or ask for much: so the pool is served all the same, and its state names each option once.
 */
export class LeftOutOptions {
  readonly #codes = new Set<number>();
  readonly #onNew: () => void;
  #of: ServedNetwork["options"] | undefined;

  /** `onNew` is called when an option is left out that was not before. */
  constructor(onNew: () => void) {
    this.#onNew = onNew;
  }

  /** Notes one. */
  add(code: number): void {
    if (this.#codes.has(code)) return;
    this.#codes.add(code);
    this.#onNew();
  }

  /** What is to be known of a network; begins anew where its options are others. */
  noteOf({ options }: ServedNetwork): string | undefined {
    if (this.#of !== options) this.#codes.clear();
    this.#of = options;
    if (this.#codes.size === 0) return undefined;
    const codes = [...this.#codes].sort((a, b) => a - b);
    const named = codes.slice(0, NAMED).map((code) => `${code} ${optionName(code)}`);
    const more = codes.length > NAMED ? ` and ${codes.length - NAMED} more` : "";
    return `some replies have no room for the options ${named.join(", ")}${more}`;
  }
}
