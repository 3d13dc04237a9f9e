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

/** What is decided of objects builds on what is decided of addresses. */
const DECIDED = ["core/net", "core/api", "core/record", "core/ipam", "core/reasons"];

/** The table. */
export const IMPORT_TABLE: readonly ImportRule[] = [
  { from: "core/error_text.ts", may: [], packages: [], ...PURE },
  { from: "core/error_text_test.ts", may: ["core/error_text.ts"], packages: [], ...PURE },
  { from: "core/nearest.ts", may: [], packages: [], ...PURE },
  { from: "core/nearest_test.ts", may: ["core/nearest.ts"], packages: [], ...PURE },
  { from: "core/net", may: [], packages: ["ipaddr.js"], ...PURE },
  {
    from: "core/api",
    may: ["core/error_text.ts", "core/nearest.ts", "core/net"],
    packages: ["dequal", "zod"],
    ...PURE,
  },
  { from: "core/record", may: ["core/net", "core/api"], packages: [], ...PURE },
  { from: "core/ipam", may: ["core/net", "core/api", "core/record"], packages: [], ...PURE },
  { from: "core/dhcp", may: ["core/net", "core/api", "core/record"], packages: [], ...PURE },
  {
    from: "core/neighbours",
    may: ["core/net", "core/api", "core/record", "core/ipam", "core/dhcp"],
    packages: [],
    ...PURE,
  },
  { from: "core/reasons", may: ["core/api", "core/ipam"], packages: [], ...PURE },
  { from: "core/vmnetcfg", may: DECIDED, packages: [], ...PURE },
  { from: "core/pool", may: DECIDED, packages: [], ...PURE },
  { from: "core/history", may: DECIDED, packages: [], ...PURE },
  {
    from: "core/inspect",
    may: [
      "core/nearest.ts",
      ...DECIDED,
      "core/dhcp",
      "core/vmnetcfg",
      "core/pool",
      "core/history",
    ],
    packages: [],
    ...PURE,
  },
  { from: "runtime", may: ["core/error_text.ts", "core/nearest.ts", "deno.json"], ...OPEN },
  { from: "kube", may: ["core/error_text.ts", "core/api", "runtime"], ...OPEN },
  { from: "inspect", may: BASE, ...OPEN },
  { from: "page", may: ["core", "runtime", "inspect"], ...OPEN },
  { from: "controller", may: [...BASE, "inspect", "page"], ...OPEN },
  { from: "webhook", may: BASE, ...OPEN },
  { from: "agent", may: BASE, ...OPEN },
  { from: "standalone", may: undefined, ...OPEN },
  { from: "import", may: ["core", "runtime"], ...OPEN },
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
