/**
 * What the controller, or an administrator, tells an agent to serve: the environment of its pod.
 *
 * @module
 */
import { type FieldError, fieldErrorText, type FieldPath } from "../core/api/mod.ts";
import { errorText } from "../core/error_text.ts";
import { AddressError, parseCidr, parseIPv4 } from "../core/net/mod.ts";
import { parseKey } from "../kube/mod.ts";
import type { Logger } from "../runtime/log.ts";
import { interfaceNameProblem } from "./host/interface_name.ts";
import type { AgentNetwork } from "./types.ts";

/** What was read. */
interface NetworkConfigs {
  /** What can be served, and pools that are named without an interface. */
  readonly networks: readonly AgentNetwork[];
  /** Everything that cannot be used, with its place and value. The rest is. */
  readonly problems: readonly FieldError[];
}

/** The texts to read. */
interface NetworkConfigTexts {
  /**
   * `AGENT_NETWORK_CONFIGS`: JSON array of `{interfaceName, serverIP, cidr, ipPoolName, ipPoolRef, nadName}`, the last three
   * as `namespace/name`. Needed are `interfaceName` and `ipPoolRef` (or `ipPoolName`); subnet and server address are
   * those of the IPPool.
   */
  readonly configs: string | undefined;
  /** `IPPOOL_REFS_JSON`: JSON array of `namespace/name`. */
  readonly refs: string | undefined;
  /** The form of one pool: `--ippool-ref` and `--nic`. */
  readonly single?: { readonly ref: string; readonly nic: string };
}

const CONFIGS = "AGENT_NETWORK_CONFIGS";
const REFS = "IPPOOL_REFS_JSON";

/** What is to be served, with a line in the log for everything that cannot be. Throws where nothing of what is named can be. */
export function networksToServe(texts: NetworkConfigTexts, log: Logger): readonly AgentNetwork[] {
  const { networks, problems } = readNetworkConfigs(texts);
  for (const problem of problems) {
    log.error("Cannot use a network", { problem: fieldErrorText([problem]) });
  }
  if (networks.length > 0) return networks;
  if (problems.length > 0) throw new Error("Cannot serve any of the networks");
  log.warn(
    "No network to serve: AGENT_NETWORK_CONFIGS, IPPOOL_REFS_JSON and --ippool-ref are empty",
  );
  return [];
}

/** Reads what is to be served. Never throws: what cannot be used is named, and disturbs nothing else. */
export function readNetworkConfigs({ configs, refs, single }: NetworkConfigTexts): NetworkConfigs {
  const problems: FieldError[] = [];
  const networks = new Map<string, AgentNetwork>();
  if (single !== undefined) {
    const pool = readRef(single.ref, { path: ["--ippool-ref"], problems });
    const interfaceName = readInterface(single.nic, { path: ["--nic"], problems });
    if (pool !== undefined && interfaceName !== undefined) {
      networks.set(pool, { interfaceName, pool });
    }
  }
  for (const [index, entry] of readArray(configs, { path: [CONFIGS], problems }).entries()) {
    const network = readEntry(entry, { path: [CONFIGS, index], problems });
    if (network === undefined) continue;
    if (networks.has(network.pool)) {
      problems.push({
        path: [CONFIGS, index, "ipPoolRef"],
        value: network.pool,
        message: "must not name a pool that is named before",
      });
    } else networks.set(network.pool, network);
  }
  for (const [index, ref] of readArray(refs, { path: [REFS], problems }).entries()) {
    const path = [REFS, index];
    const pool = readRef(ref, { path, problems });
    if (pool === undefined || networks.has(pool)) continue;
    networks.set(pool, {
      pool,
      interfaceName: "",
      problem: `No usable entry of ${CONFIGS} names its interface`,
    });
  }
  return { networks: [...networks.values()], problems };
}

interface Place {
  readonly path: FieldPath;
  readonly problems: FieldError[];
}

function readArray(text: string | undefined, { path, problems }: Place): readonly unknown[] {
  if (text === undefined || text.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    problems.push({ path, value: text, message: `must be JSON: ${errorText(error)}` });
    return [];
  }
  if (Array.isArray(value)) return value;
  if (value !== null) problems.push({ path, value, message: "must be an array" });
  return [];
}

function readEntry(entry: unknown, { path, problems }: Place): AgentNetwork | undefined {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    problems.push({ path, value: entry, message: "must be an object" });
    return undefined;
  }
  const fields = entry as Readonly<Record<string, unknown>>;
  checkAddress(fields["serverIP"], { path: [...path, "serverIP"], problems, parse: parseIPv4 });
  checkAddress(fields["cidr"], { path: [...path, "cidr"], problems, parse: parseCidr });
  const interfaceName = readInterface(fields["interfaceName"], {
    path: [...path, "interfaceName"],
    problems,
  });
  const field = isGiven(fields["ipPoolRef"]) || !isGiven(fields["ipPoolName"])
    ? "ipPoolRef"
    : "ipPoolName";
  const pool = readRef(fields[field], { path: [...path, field], problems });
  return interfaceName === undefined || pool === undefined ? undefined : { interfaceName, pool };
}

function readInterface(value: unknown, { path, problems }: Place): string | undefined {
  const problem = typeof value === "string"
    ? interfaceNameProblem(value)
    : "must be the name of an interface";
  if (problem === undefined) return value as string;
  problems.push({ path, value, message: problem });
  return undefined;
}

function readRef(value: unknown, { path, problems }: Place): string | undefined {
  try {
    if (typeof value === "string" && parseKey(value).namespace !== undefined) return value;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  problems.push({ path, value, message: "must be namespace/name of an IPPool" });
  return undefined;
}

/** These are only told: the IPPool's own count. A wrong one still is worth a word. */
function checkAddress(
  value: unknown,
  { path, problems, parse }: Place & { readonly parse: (text: string) => unknown },
): void {
  if (!isGiven(value)) return;
  try {
    if (typeof value === "string") return void parse(value);
    problems.push({ path, value, message: "must be text" });
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    problems.push({ path, value, message: `must be an ${error.wanted}: ${error.why}` });
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
