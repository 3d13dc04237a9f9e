/**
 * Bodies of requests, read with a bound on each and on all together.
 *
 * @module
 */

/** The longest body that is read, in octets: what a Kubernetes API server takes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** Octets of all bodies that are held at once. */
const MAX_TOGETHER_BYTES = 16 * 1024 * 1024;

/** What a reader of bodies bears. */
interface BodyBounds {
  /** Octets of one body. */
  readonly most: number;
  /** Octets of all that are read or not yet done with. */
  readonly together: number;
}

/** A body that was read. It counts until it is released. */
interface Body {
  readonly text: () => string;
  readonly release: () => void;
}

/** Why a body was not read. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  /** 400: its other end broke off. 413: it is too long. 503: there are too many at once. */
  readonly code: 400 | 413 | 503;

  constructor(code: 400 | 413 | 503, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A body under way. */
interface Reading {
  octets: number;
  /** Refuses the rest. */
  end: () => void;
}

/**
 * Reads bodies. Where all together become too many octets, the one goes that is read for longest: who sends slowly holds up
 * nobody but himself.
 */
export class Bodies {
  readonly #bounds: BodyBounds;
  /** In the order in which they began. */
  readonly #reading = new Set<Reading>();
  #held = 0;

  constructor(bounds: Partial<BodyBounds> = {}) {
    this.#bounds = { most: MAX_BODY_BYTES, together: MAX_TOGETHER_BYTES, ...bounds };
  }

  /** Octets that are held now. */
  get held(): number {
    return this.#held;
  }

  /** Reads the whole body; `text` throws where it is no UTF-8. Rejects with a {@linkcode BodyError}. */
  async read(request: Request): Promise<Body> {
    const { most } = this.#bounds;
    const tooLong = () => new BodyError(413, `Cannot read a body of more than ${most} bytes`);
    if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLong();
    const reading: Reading = { octets: 0, end: () => undefined };
    const ended = new Promise<never>((_, reject) => {
      reading.end = () =>
        reject(new BodyError(503, "Cannot read a body while so many others come"));
    });
    ended.catch(() => undefined);
    this.#reading.add(reading);
    const chunks: Uint8Array[] = [];
    const reader = request.body?.getReader();
    try {
      for (;;) {
        const next = await Promise.race([ended, reader?.read()]);
        if (next === undefined || next.done) break;
        chunks.push(next.value);
        this.#add(reading, next.value.length);
        if (reading.octets > most) throw tooLong();
      }
      await Promise.race([ended, undefined]);
    } catch (error) {
      this.#held -= reading.octets;
      reader?.cancel().catch(() => undefined);
      if (error instanceof BodyError) throw error;
      throw new BodyError(400, "Cannot read the body: it broke off", error);
    } finally {
      this.#reading.delete(reading);
    }
    return this.#body(chunks, reading.octets);
  }

  #body(chunks: readonly Uint8Array[], length: number): Body {
    const octets = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      octets.set(chunk, at);
      at += chunk.length;
    }
    let held = length;
    return {
      text: () => new TextDecoder("utf-8", { fatal: true }).decode(octets),
      release: () => {
        this.#held -= held;
        held = 0;
      },
    };
  }

  #add(reading: Reading, octets: number): void {
    reading.octets += octets;
    this.#held += octets;
    let surplus = this.#held - this.#bounds.together;
    for (const one of this.#reading) {
      if (surplus <= 0) break;
      if (one.octets === 0) continue;
      this.#reading.delete(one);
      surplus -= one.octets;
      one.end();
    }
  }
}
