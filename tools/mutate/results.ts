/**
 * What came of each change, kept in a file of JSON lines, so that a long run can be broken off and gone on with.
 *
 * @module
 */
import type { Mutation } from "./mutations.ts";
import type { Outcome } from "./planting.ts";

/** What came of a change. The last one of a name counts. */
export interface Result {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly what: string;
  readonly outcome: Outcome;
  /** Which test or which rule of the simulation noticed. */
  readonly by: string;
}

/** Results by the change's name, those of the file first. */
export class Results {
  readonly #file: string | undefined;
  readonly #results = new Map<string, Result>();

  private constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Those of `file`, which need not exist; without a file nothing is kept. */
  static async open(file: string | undefined): Promise<Results> {
    const results = new Results(file);
    if (file === undefined) return results;
    const text = await Deno.readTextFile(file).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    });
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const result: Result = JSON.parse(line);
      results.#results.set(result.name, result);
    }
    return results;
  }

  /** What is known of a change. */
  get(mutation: Mutation): Result | undefined {
    return this.#results.get(mutation.name);
  }

  /** Takes what came of a change. */
  async add(
    { name, path, line, what }: Mutation,
    came: { readonly outcome: Outcome; readonly by: string },
  ): Promise<Result> {
    const result = { name, path, line, what, ...came };
    this.#results.set(name, result);
    if (this.#file !== undefined) {
      await Deno.writeTextFile(this.#file, `${JSON.stringify(result)}\n`, { append: true });
    }
    return result;
  }
}

/** A table of Markdown: of each room what was planted, and what noticed. */
export function tableOf(results: readonly Result[]): string {
  const rooms = Map.groupBy(results, ({ path }) => roomOf(path));
  const rows = [...rooms].sort(([a], [b]) => a < b ? -1 : 1);
  const lines = [...rows, ["all", results] as const].map(([room, those]) => {
    const count = (outcome: Outcome) => those.filter((one) => one.outcome === outcome).length;
    const survived = count("survived");
    const share = (100 * (those.length - survived) / those.length).toFixed(1);
    const cells = [room, those.length, count("tests"), count("simulation"), survived, `${share} %`];
    return `| ${cells.join(" | ")} |\n`;
  });
  return [
    "| room | planted | by tests | by the simulation | survived | caught |\n",
    "| --- | --- | --- | --- | --- | --- |\n",
    ...lines,
  ].join("");
}

function roomOf(path: string): string {
  const [room = "", folder = ""] = path.split("/");
  return room === "core" ? `core/${folder}` : room;
}
