/**
 * Reads the text of a Kea configuration as values with their places.
 *
 * @module
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { SourceFiles } from "../source/files.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { ImportError } from "../source/place.ts";
import { SplicedText } from "./spliced_text.ts";

const WANTED: Readonly<Record<string, string>> = {
  InvalidSymbol: "A value is wanted",
  InvalidNumberFormat: "A number is wanted",
  PropertyNameExpected: "The name of a property is wanted",
  ValueExpected: "A value is wanted",
  ColonExpected: '":" is wanted',
  CommaExpected: '"," is wanted',
  CloseBraceExpected: '"}" is wanted',
  CloseBracketExpected: '"]" is wanted',
  EndOfFileExpected: "The end of the file is wanted",
  UnexpectedEndOfComment: "The end of the comment is wanted",
  UnexpectedEndOfString: "The end of the quoted text is wanted",
  InvalidEscapeCharacter: "An escape of JSON is wanted",
  InvalidCharacter: "A printable character is wanted",
};
const MAX_TEXT = 300;

/** One property of an object. */
interface Property {
  readonly name: string;
  readonly value: Node;
  readonly node: Node;
}

/** A configuration. */
export class KeaText {
  readonly root: Node;
  readonly #spliced: SplicedText;
  readonly #ledger: Ledger;

  /**
   * Reads a file and those that it includes.
   *
   * @throws {ImportError} where it is no JSON with comments.
   */
  constructor(
    path: string,
    { files, ledger }: { readonly files: SourceFiles; readonly ledger: Ledger },
  ) {
    this.#ledger = ledger;
    this.#spliced = new SplicedText(path, files);
    const errors: ParseError[] = [];
    const root = parseTree(this.#spliced.text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error !== undefined) {
      const wanted = WANTED[printParseErrorCode(error.error)] ?? "Something else is wanted";
      throw new ImportError(this.#spliced.at(error.offset), wanted);
    }
    if (root?.type !== "object") {
      throw new ImportError(this.#spliced.at(root?.offset ?? 0), "An object is wanted");
    }
    this.root = root;
  }

  /** The objects of a list; comments for what is none. */
  objects(list: Node): readonly Node[] {
    if (list.type !== "array") this.#ledger.note(this.statement(list), "a list is wanted");
    return itemsOf(list).filter((item) => {
      if (item.type === "object") return true;
      this.#ledger.note(this.statement(item), "an object is wanted");
      return false;
    });
  }

  /** Enters a value, or a property, as a statement. */
  statement({ offset, length }: Node): Statement {
    const text = this.#spliced.text.slice(offset, offset + length).replace(/\s+/g, " ");
    const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
    return this.#ledger.add(this.#spliced.at(offset), short);
  }
}

/** The properties of an object; none of what is none. */
export function propertiesOf(node: Node | undefined): readonly Property[] {
  if (node?.type !== "object") return [];
  return (node.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    return value === undefined ? [] : [{ name: String(name?.value), value, node: property }];
  });
}

/** The items of a list; none of what is none. */
export function itemsOf(node: Node): readonly Node[] {
  return node.type === "array" ? node.children ?? [] : [];
}
