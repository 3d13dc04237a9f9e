/** Octets that one network's encoded options and remembered replies may take, all its clients and boot files together. */
const REPLY_OCTETS = 16 * 1024 * 1024;

/** The memory of one network's encoded options: where it is full, what was made first is forgotten, and made anew when asked for. */
export class ReplyMemory {
  /** Octets at most. */
  readonly most: number;
  #octets = 0;
  /** Share -> its octets, the first that was made first. */
  readonly #shares = new Map<MemoryShare, number>();

  /** Room for so many octets. */
  constructor(most: number = REPLY_OCTETS) {
    this.most = most;
  }

  /** Octets that are taken. */
  get octets(): number {
    return this.#octets;
  }

  /** A share of the room; `forget` drops what it is for. */
  share(forget: () => void): MemoryShare {
    return new MemoryShare(this, forget);
  }

  /** Counts octets of a share. */
  take(share: MemoryShare, octets: number): void {
    this.#shares.set(share, (this.#shares.get(share) ?? 0) + octets);
    this.#octets += octets;
    for (const [first, taken] of this.#shares) {
      if (this.#octets <= this.most) return;
      this.#shares.delete(first);
      this.#octets -= taken;
      first.forget();
    }
  }
}

/** What one set of encoded options takes of a {@linkcode ReplyMemory}. */
export class MemoryShare {
  readonly #memory: ReplyMemory;
  /** Drops what the share is for. */
  readonly forget: () => void;

  /** Use {@linkcode ReplyMemory.share}. */
  constructor(memory: ReplyMemory, forget: () => void) {
    this.#memory = memory;
    this.forget = forget;
  }

  /** Counts octets that were taken. */
  take(octets: number): void {
    this.#memory.take(this, octets);
  }
}
