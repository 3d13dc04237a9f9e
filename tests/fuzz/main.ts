/**
 * Fuzzes the doors of the product: `deno task fuzz --minutes N [--seed N] [--target NAME]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fuzzAll } from "./fuzz_all.ts";

Deno.exit(
  await fuzzAll(
    parseArgs({
      options: {
        minutes: { type: "string", default: "1" },
        seed: { type: "string" },
        path: { type: "string" },
        target: { type: "string", multiple: true },
        help: { type: "boolean", default: false },
      },
    }).values,
  ),
);
