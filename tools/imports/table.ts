/**
 * Which folder may import what. `ARCHITECTURE.md` shows it; the gate enforces it.
 *
 * @module
 */

/** One row: a folder and all below it. The first row that fits a file counts. */
export interface ImportRule {
  /** Folder, or a single file, relative to the repository. */
  readonly from: string;
  /** Folders and files it may import besides itself; `undefined`: all. */
  readonly may: readonly string[] | undefined;
  /** Packages of `deno.json` it may import; `undefined`: all. */
  readonly packages: readonly string[] | undefined;
  /** Whether it may import `node:` modules. */
  readonly node: boolean;
}

const PURE = { node: false };
const OPEN = { packages: undefined, node: true };
/** The programs build on these, and never on each other. */
const BASE = ["core", "runtime", "kube"];

/** The table. */
export const IMPORT_TABLE: readonly ImportRule[] = [
  { from: "core/net", may: [], packages: ["ipaddr.js"], ...PURE },
  { from: "core/api", may: ["core/net"], packages: ["zod"], ...PURE },
  { from: "core/ipam", may: ["core/net", "core/api"], packages: [], ...PURE },
  { from: "core/dhcp", may: ["core/net", "core/api"], packages: [], ...PURE },
  { from: "runtime", may: [], ...OPEN },
  { from: "kube", may: ["core/api", "runtime"], ...OPEN },
  { from: "controller", may: BASE, ...OPEN },
  { from: "webhook", may: BASE, ...OPEN },
  { from: "agent", may: BASE, ...OPEN },
  { from: "standalone", may: undefined, ...OPEN },
  { from: "deploy", may: undefined, ...OPEN },
  { from: "examples", may: undefined, ...OPEN },
  { from: "tests", may: undefined, ...OPEN },
  { from: "tools", may: undefined, ...OPEN },
  { from: "mod.ts", may: ["core", "kube"], packages: [], ...PURE },
];

/** What tests, benches and their helpers may import besides what their folder may; `node:` modules too. */
export const TEST_ALLOWANCE: {
  readonly packages: readonly string[];
  readonly may: readonly string[];
} = {
  packages: ["fast-check"],
  may: ["tests/recorded"],
};
