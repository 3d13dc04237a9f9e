import type { OptionBytes } from "../request_options.ts";

/** Classes, numbers or blocks of one option that are looked at; no client says more than a few. */
export const MOST_SAID = 32;

/**
 * Which of a network's words a request says. The words stand in a tree, an octet a step, so each octet of a request is looked
 * at once however many words there are, and none behind the first that no word has (rule 106).
 */
export class WordTable {
  /** Node and octet -> the next node; 0 is the root. */
  readonly #next = new Map<number, number>();
  /** Node -> the word that ends there; 0 for none. */
  readonly #wordAt: number[] = [0];
  /** Word -> 1 where the request says it; 0 is the empty word, which all say. */
  readonly #said: number[] = [1];

  /** Adds a word, if it is new, and answers its number; 0 for the empty word. */
  add(word: Uint8Array): number {
    if (word.length === 0) return 0;
    let node = 0;
    for (const octet of word) {
      const step = node * 256 + octet;
      const next = this.#next.get(step) ?? this.#wordAt.push(0) - 1;
      this.#next.set(step, next);
      node = next;
    }
    const known = this.#wordAt[node] ?? 0;
    return known !== 0 ? known : this.#wordAt[node] = this.#said.push(0) - 1;
  }

  /** Forgets what was said. */
  clear(): void {
    for (let word = 1; word < this.#said.length; word++) this.#said[word] = 0;
  }

  /** Whether a word was said. */
  isSaid(word: number): boolean {
    return this.#said[word] === 1;
  }

  /** Notes each word that a value begins with. */
  sayBeginnings({ bytes, offset, length }: OptionBytes): void {
    let node: number | undefined = 0;
    for (let i = 0; i < length; i++) {
      node = this.#next.get(node * 256 + (bytes[offset + i] ?? 0));
      if (node === undefined) return;
      this.#say(node);
    }
  }

  /** Notes the word that stands at a place, if one does. */
  say(bytes: Uint8Array, offset: number, length: number): void {
    let node: number | undefined = 0;
    for (let i = 0; i < length; i++) {
      node = this.#next.get(node * 256 + (bytes[offset + i] ?? 0));
      if (node === undefined) return;
    }
    this.#say(node);
  }

  #say(node: number): void {
    const word = this.#wordAt[node] ?? 0;
    if (word !== 0) this.#said[word] = 1;
  }
}
