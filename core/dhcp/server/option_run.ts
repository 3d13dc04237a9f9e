/**
 * Encoded options one after the other, ready to be copied into a reply.
 *
 * @module
 */
import type { OptionDefinition } from "../options/definition.ts";

/** Options one after the other, as they stand in a message. Option 53 is the first, its value at index 2. */
export interface OptionRun {
  /** The octets: those before `length`. */
  readonly bytes: Uint8Array;
  /** Octets of all options. */
  readonly length: number;
  /** Number of options. */
  readonly count: number;
  /** For each option, where it ends in `bytes`. */
  readonly ends: Int32Array;
  /** For each option, 1 if the reply cannot do without it. */
  readonly required: Uint8Array;
  /** Which option is the client's host name, of which no octet is here, since each client has another; -1: none is. */
  readonly nameIndex: number;
  /** Values of option 52: the fields that hold boot data in place of options 66 and 67 (rule 89). */
  readonly fields: number;
}

/** An option, encoded. */
export interface EncodedOption {
  /** 1 to 254. */
  readonly code: number;
  /** With its code and length; in pieces where it is long. None for the host name, which each client has of its own. */
  readonly bytes: Uint8Array;
  /** Whether it is also sent to who does not ask for it. */
  readonly always: boolean;
  /** Whether a reply cannot do without it. */
  readonly required: boolean;
  /** Whether it is not sent to who sends no list either. */
  readonly askedFor: boolean;
  /** Replies that alone have it. */
  readonly only: OptionDefinition["only"];
  /** Value of option 52: the field that holds its value where it is not asked for (rule 89); 0 for none. */
  readonly field: number;
}

/** Whether an option is in a run. */
export function holds({ bytes, ends, count }: OptionRun, code: number): boolean {
  let from = 0;
  for (let index = 0; index < count; index++) {
    const to = ends[index] ?? from;
    if (to > from && bytes[from] === code) return true;
    from = to;
  }
  return false;
}

/** Nothing. */
export const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** A run in the making, in memory that is used again; one class for all runs, which V8 likes. */
export class Run implements OptionRun {
  readonly bytes: Uint8Array;
  readonly ends: Int32Array;
  readonly required: Uint8Array;
  length = 0;
  count = 0;
  nameIndex = -1;
  fields = 0;

  /** With room for so much. */
  constructor({ octets, options }: { readonly octets: number; readonly options: number }) {
    this.bytes = new Uint8Array(octets);
    this.ends = new Int32Array(options);
    this.required = new Uint8Array(options);
  }

  /** Takes everything out. */
  clear(): void {
    this.length = this.count = this.fields = 0;
    this.nameIndex = -1;
  }

  /** Puts an option behind the others. */
  add({ bytes, required }: EncodedOption): void {
    if (bytes.length === 0) this.nameIndex = this.count;
    this.bytes.set(bytes, this.length);
    this.end(this.length + bytes.length, required ? 1 : 0);
  }

  /** Says that the octets before `length` that were written behind the others are one option. */
  end(length: number, required: 0 | 1): void {
    this.length = length;
    this.ends[this.count] = length;
    this.required[this.count] = required;
    this.count++;
  }

  /** The same in memory of its own, as much as it needs. */
  copy(): OptionRun {
    const { length, count } = this;
    const run = new Run({ octets: length, options: count });
    run.bytes.set(this.bytes.subarray(0, length));
    run.ends.set(this.ends.subarray(0, count));
    run.required.set(this.required.subarray(0, count));
    run.length = length;
    run.count = count;
    run.nameIndex = this.nameIndex;
    run.fields = this.fields;
    return run;
  }
}

/** A run with room for all of these. */
export function roomFor(options: readonly EncodedOption[]): Run {
  const octets = options.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return new Run({ octets, options: options.length });
}

/** These, in their order; boot data in its fields. */
export function runOf(options: readonly EncodedOption[]): OptionRun {
  const run = roomFor(options);
  for (const option of options) {
    if (option.field === 0) run.add(option);
    else run.fields |= option.field;
  }
  return run.copy();
}
