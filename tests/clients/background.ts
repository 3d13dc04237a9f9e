/**
 * A program that runs beside a test, and what it says.
 *
 * @module
 */

/** A program that was started; it ends by itself or by `kill`. */
export class BackgroundProgram {
  /** Resolves when it has ended and all that it said was read. */
  readonly ended: Promise<unknown>;
  readonly #child: Deno.ChildProcess;
  #said = "";

  /** Starts it. */
  constructor([program = "", ...args]: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = Promise.all([
      this.#child.status,
      this.#listen(this.#child.stdout),
      this.#listen(this.#child.stderr),
    ]);
  }

  /** What it said so far. */
  get said(): string {
    return this.#said;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It may have ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended;
  }

  async #listen(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of output.pipeThrough(new TextDecoderStream())) this.#said += text;
  }
}
