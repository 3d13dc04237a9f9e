/**
 * Reads the expressions by which ISC dhcpd and Kea tell clients apart.
 *
 * @module
 */
import { MAX_DEPTH } from "../source/place.ts";
import { type ClientKind, type Condition, IPXE, kindsIn } from "./condition.ts";

/** One word of an expression. */
export interface ExpressionToken {
  readonly text: string;
  readonly quoted: boolean;
}

/** What the words of a server's expressions mean. */
interface ExpressionNames {
  /** Code of the option of a name. */
  optionCode(name: string): number | undefined;
  /** Condition of a class of clients. */
  member(name: string): Condition | undefined;
}

/** An operand: a part of an option, or a constant. */
type Operand =
  | { readonly option: number; readonly from: number; readonly length: number | undefined }
  | { readonly constant: string };

const VENDOR_CLASS = 60;
const USER_CLASS = 77;
const ARCHITECTURE = 93;
const IPXE_OPTIONS = 175;
/** Where PXE firmware says its architecture within the vendor class (PXE 2.1). */
const PXE_ARCHITECTURE = { from: 15, length: 5, before: "PXEClient:Arch:" };

class CannotRead extends Error {}

/** The condition of an expression; one that cannot be asked here is `unknown`, with its text. */
export function parseCondition(
  tokens: readonly ExpressionToken[],
  names: ExpressionNames,
): Condition {
  const parser = new Parser(tokens, names);
  try {
    return parser.whole();
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return { is: "unknown", text: textOf(tokens) };
  }
}

function textOf(tokens: readonly ExpressionToken[]): string {
  return tokens.map(({ text, quoted }) => quoted ? JSON.stringify(text) : text).join(" ");
}

class Parser {
  readonly #tokens: readonly ExpressionToken[];
  readonly #names: ExpressionNames;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly ExpressionToken[], names: ExpressionNames) {
    this.#tokens = tokens;
    this.#names = names;
  }

  whole(): Condition {
    const condition = this.#some();
    if (this.#at < this.#tokens.length) throw new CannotRead();
    return condition;
  }

  #some(): Condition {
    const parts = [this.#all()];
    while (this.#takes("or")) parts.push(this.#all());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { is: "some", of: parts };
  }

  #all(): Condition {
    const parts = [this.#not()];
    while (this.#takes("and")) parts.push(this.#not());
    const needed = parts.filter((part) => !isImplied(part, parts));
    return needed.length === 1 && needed[0] !== undefined ? needed[0] : { is: "all", of: needed };
  }

  #not(): Condition {
    if (++this.#depth > MAX_DEPTH) throw new CannotRead();
    try {
      return this.#takes("not") ? { is: "not", of: this.#not() } : this.#single();
    } finally {
      this.#depth--;
    }
  }

  #single(): Condition {
    if (this.#takes("exists")) {
      this.#takes("option");
      return exists(this.#code(this.#next().text));
    }
    const member = this.#member();
    if (member !== undefined) return member;
    const [, name] = /^option\[([\w-]+)\]\.exists$/.exec(this.#peek()?.text ?? "") ?? [];
    if (name !== undefined) {
      this.#at++;
      return exists(this.#code(name));
    }
    if (this.#takes("(")) {
      const inner = this.#some();
      this.#wants(")");
      return inner;
    }
    return this.#comparison();
  }

  #member(): Condition | undefined {
    if (!this.#takes("member")) return undefined;
    this.#wants("(");
    const condition = this.#names.member(this.#next().text);
    this.#wants(")");
    if (condition === undefined) throw new CannotRead();
    return condition;
  }

  #comparison(): Condition {
    const left = this.#operand();
    const differs = this.#takes("!=");
    if (!differs && !this.#takes("==") && !this.#takes("=")) throw new CannotRead();
    const right = this.#operand();
    const [option, constant] = "option" in left ? [left, right] : [right, left];
    if (!("option" in option) || !("constant" in constant)) throw new CannotRead();
    const is: Condition = { is: "kind", kind: kindOf(option, constant.constant) };
    return differs ? { is: "not", of: is } : is;
  }

  #operand(): Operand {
    const { text, quoted } = this.#next();
    if (quoted) return { constant: text };
    if (text === "option") return this.#option(this.#next().text);
    const [, name] = /^option\[([\w-]+)\]\.(?:hex|text)$/.exec(text) ?? [];
    if (name !== undefined) return this.#option(name);
    if (text === "substring") return this.#substring();
    const constant = octetText(text);
    if (constant === undefined) throw new CannotRead();
    return { constant };
  }

  #option(name: string): Operand {
    return { option: this.#code(name), from: 0, length: undefined };
  }

  #substring(): Operand {
    if (++this.#depth > MAX_DEPTH) throw new CannotRead();
    this.#wants("(");
    const of = this.#operand();
    this.#wants(",");
    const from = Number(this.#next().text);
    this.#wants(",");
    const count = this.#next().text;
    this.#wants(")");
    this.#depth--;
    const length = count === "all" ? undefined : Number(count);
    if (!("option" in of) || of.from !== 0 || !(from >= 0) || Number.isNaN(length)) {
      throw new CannotRead();
    }
    return { option: of.option, from, length };
  }

  #code(name: string): number {
    const code = /^\d+$/.test(name) ? Number(name) : this.#names.optionCode(name);
    if (code === undefined) throw new CannotRead();
    return code;
  }

  #peek(): ExpressionToken | undefined {
    return this.#tokens[this.#at];
  }

  #next(): ExpressionToken {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new CannotRead();
    return token;
  }

  #takes(word: string): boolean {
    const token = this.#peek();
    const isThere = token !== undefined && !token.quoted && token.text === word;
    if (isThere) this.#at++;
    return isThere;
  }

  #wants(word: string): void {
    if (!this.#takes(word)) throw new CannotRead();
  }
}

function exists(code: number): Condition {
  return code === IPXE_OPTIONS ? IPXE : { is: "unknown", text: `whether option ${code} is there` };
}

/** An option that is compared is there. */
function isImplied(part: Condition, parts: readonly Condition[]): boolean {
  if (part.is !== "unknown") return false;
  return parts.filter(({ is }) => is === "kind").flatMap(kindsIn).some((kind) =>
    (kind.userClass !== undefined && part.text === exists77.text) ||
    (kind.architecture !== undefined && part.text === exists93.text) ||
    (kind.vendorClass !== undefined && part.text === exists60.text)
  );
}

const exists60 = unknownExists(VENDOR_CLASS);
const exists77 = unknownExists(USER_CLASS);
const exists93 = unknownExists(ARCHITECTURE);

function unknownExists(code: number): { readonly text: string } {
  const condition = exists(code);
  return { text: condition.is === "unknown" ? condition.text : "" };
}

/** `00:07`, `0x0007`, `7` as the characters of its octets. */
function octetText(text: string): string | undefined {
  if (/^\d{1,5}$/.test(text)) return characters([Number(text) >> 8, Number(text) & 0xff]);
  const digits = /^0x[0-9a-f]+$/i.test(text)
    ? text.slice(2).padStart(text.length - 2 + (text.length % 2), "0")
    : /^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(text)
    ? text.split(":").map((part) => part.padStart(2, "0")).join("")
    : undefined;
  return digits && characters((digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}

function characters(octets: readonly number[]): string {
  return String.fromCharCode(...octets);
}

/** The clients of whom a part of an option is this. */
function kindOf(
  { option, from, length }: Extract<Operand, { readonly option: number }>,
  constant: string,
): ClientKind {
  if (option === ARCHITECTURE && from === 0 && constant.length <= 2) {
    return { architecture: [...constant].reduce((sum, one) => sum * 256 + one.charCodeAt(0), 0) };
  }
  if (constant === "" || !/^[\x20-\x7e]+$/.test(constant)) throw new CannotRead();
  // A user class as RFC 3004 has it begins with its length, which iPXE leaves out.
  if (option === USER_CLASS && from <= 1) return { userClass: constant };
  if (option === VENDOR_CLASS && from === 0) return { vendorClass: constant };
  const pxe = PXE_ARCHITECTURE;
  if (option === VENDOR_CLASS && from === pxe.from && length === pxe.length) {
    return { vendorClass: `${pxe.before}${constant}` };
  }
  throw new CannotRead();
}
