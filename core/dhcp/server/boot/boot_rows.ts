/**
 * Which boot file is for which client (rule 90).
 *
 * @module
 */
import { readArchitecture } from "../../../api/options/architectures.ts";
import { asciiProblem } from "../../../api/options/text_forms.ts";
import type { PoolSource } from "../../options/pool_source.ts";
import { rowsOf } from "../../options/spelled_options.ts";
import { NO_OCTETS } from "../option_run.ts";
import type { OptionBytes, RequestOptions } from "../request_options.ts";
import { MOST_SAID, WordTable } from "./word_table.ts";

/** A row of `bootFiles`. What a row does not name is empty, and any. */
interface BootRow {
  /** A number that option 93 has. */
  readonly architecture: Uint8Array;
  /** A class that option 77 has. */
  readonly userClass: Uint8Array;
  /** How option 60 begins. */
  readonly vendorClass: Uint8Array;
  /** The boot file. */
  readonly fileName: string;
}

/** The rows of `bootFiles`, in order. */
export class BootRows {
  /** Boot file of each row. */
  readonly fileNames: readonly string[];
  readonly #architectures = new WordTable();
  readonly #userClasses = new WordTable();
  readonly #vendorClasses = new WordTable();
  /** What each row names, as words of the tables. */
  readonly #wanted: readonly WantedWords[];

  /** Reads the rows. One that cannot be used is reported and left out. */
  constructor(pool: PoolSource) {
    const rows = readRows(pool);
    this.fileNames = rows.map(({ fileName }) => fileName);
    this.#wanted = rows.map(({ architecture, userClass, vendorClass }) => ({
      architecture: this.#architectures.add(architecture),
      userClass: this.#userClasses.add(userClass),
      vendorClass: this.#vendorClasses.add(vendorClass),
    }));
  }

  /** The index of the first row that is for a client, or -1. What it costs does not depend on what the client says (rule 106). */
  indexFor(request: Pick<RequestOptions, "architecture" | "userClass" | "vendorClass">): number {
    const architectures = this.#architectures;
    const userClasses = this.#userClasses;
    const vendorClasses = this.#vendorClasses;
    architectures.clear();
    userClasses.clear();
    vendorClasses.clear();
    sayNumbers(architectures, request.architecture);
    sayClasses(userClasses, request.userClass);
    vendorClasses.sayBeginnings(request.vendorClass);
    for (let index = 0; index < this.#wanted.length; index++) {
      const row = this.#wanted[index];
      if (
        row !== undefined && vendorClasses.isSaid(row.vendorClass) &&
        architectures.isSaid(row.architecture) && userClasses.isSaid(row.userClass)
      ) return index;
    }
    return -1;
  }
}

/** Words that a client has to say; 0 is none. */
interface WantedWords {
  readonly architecture: number;
  readonly userClass: number;
  readonly vendorClass: number;
}

function readRows(pool: PoolSource): readonly BootRow[] {
  return rowsOf(pool, "bootFiles").flatMap((each, index): BootRow[] => {
    const row = Object(each) as Readonly<Record<string, unknown>>;
    const number = readArchitecture(row["architecture"] ?? 0);
    const problems = [
      ["architecture", number === undefined ? "must be a number or a name such as x64-uefi" : ""],
      ["userClass", textProblem(row["userClass"] ?? "")],
      ["vendorClass", textProblem(row["vendorClass"] ?? "")],
      ["fileName", row["fileName"] === "" ? asciiProblem("") : textProblem(row["fileName"])],
    ] as const;
    const wrong = problems.filter(([, message]) => message);
    for (const [field, message = ""] of wrong) {
      pool.report({ path: ["bootFiles", index, field], value: row[field], message });
    }
    if (wrong.length > 0) return [];
    return [{
      architecture: row["architecture"] === undefined || number === undefined
        ? NO_OCTETS
        : Uint8Array.of(number >> 8, number),
      userClass: octetsOf(row["userClass"]),
      vendorClass: octetsOf(row["vendorClass"]),
      fileName: String(row["fileName"]),
    }];
  });
}

/** What is wrong with a text; nothing with an empty one, which says nothing. */
function textProblem(text: unknown): string | undefined {
  if (text === "") return undefined;
  return typeof text === "string" ? asciiProblem(text) : "must be a text";
}

function octetsOf(text: unknown): Uint8Array {
  return Uint8Array.from(String(text ?? ""), (character) => character.charCodeAt(0));
}

/** Whether a value begins with these octets. */
export function beginsWith({ bytes, offset, length }: OptionBytes, wanted: Uint8Array): boolean {
  if (length < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[offset + i] !== wanted[i]) return false;
  return true;
}

/** The numbers of option 93. */
function sayNumbers(words: WordTable, { bytes, offset, length }: OptionBytes): void {
  const most = Math.min(length, MOST_SAID * 2);
  for (let at = 0; at + 2 <= most; at += 2) words.say(bytes, offset + at, 2);
}

/** The whole value, as iPXE sends it, and the classes, each after its length (RFC 3004 section 4). */
function sayClasses(words: WordTable, { bytes, offset, length }: OptionBytes): void {
  words.say(bytes, offset, length);
  let at = offset;
  for (let count = 0; count < MOST_SAID && at < offset + length; count++) {
    const size = bytes[at] ?? 0;
    if (at + 1 + size > offset + length) return;
    words.say(bytes, at + 1, size);
    at += 1 + size;
  }
}
