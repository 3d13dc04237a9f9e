/**
 * Reads kubeconfig files.
 *
 * Source: `k8s.io/client-go/tools/clientcmd/api/v1`, kubectl's rules for several files.
 *
 * @module
 */
import { LineCounter, parseDocument } from "yaml";
import { schemaErrors } from "../../core/api/fields/check_schema.ts";
import { fieldPath } from "../../core/api/fields/field_error.ts";
import { aliasFault, yamlFault } from "../../runtime/yaml_fault.ts";
import { KUBECONFIG_SCHEMA } from "./kubeconfig_schema.ts";
import type {
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigFile,
  KubeconfigUser,
} from "./kubeconfig_types.ts";

/** The context of a kubeconfig with all that it names. */
export interface KubeconfigEntry {
  /** Name of the context. */
  readonly context: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  readonly namespace: string | undefined;
}

/** One kubeconfig file. */
export interface KubeconfigSource {
  /** Path, for messages and as the base of relative paths in it. */
  readonly path: string;
  readonly text: string;
}

const FILES_OF_CLUSTER = ["certificate-authority"] as const;
const FILES_OF_USER = ["client-certificate", "client-key", "tokenFile"] as const;

/**
 * Merges kubeconfig files as kubectl does (the first file that names something wins) and returns one context with its
 * cluster and user; relative paths become relative to their file. Without `context`, the current one.
 *
 * Throws `TypeError` naming the file, or what is missing.
 */
export function readKubeconfig(
  sources: readonly KubeconfigSource[],
  options: { readonly context?: string } = {},
): KubeconfigEntry {
  const clusters = new Map<string, KubeconfigCluster>();
  const users = new Map<string, KubeconfigUser>();
  const contexts = new Map<string, KubeconfigContext>();
  let current = "";
  for (const source of sources) {
    const file = parseFile(source);
    current ||= file["current-context"] ?? "";
    for (const { name, cluster } of named(file.clusters)) {
      addFirst(clusters, name, withFiles(cluster ?? {}, { keys: FILES_OF_CLUSTER, source }));
    }
    for (const { name, user } of named(file.users)) {
      addFirst(users, name, withFiles(user ?? {}, { keys: FILES_OF_USER, source }));
    }
    for (const { name, context } of named(file.contexts)) addFirst(contexts, name, context ?? {});
  }
  const where = sources.map((source) => source.path).join(", ");
  const name = options.context ?? current;
  if (name === "") {
    throw new TypeError(
      `Cannot choose a context of the kubeconfig, it has no current-context: ${where}`,
    );
  }
  const context = pick(contexts, { what: "context", name, where });
  return {
    context: name,
    cluster: pick(clusters, { what: "cluster", name: context.cluster ?? "", where }),
    user: context.user === undefined || context.user === ""
      ? {}
      : pick(users, { what: "user", name: context.user, where }),
    namespace: context.namespace === "" ? undefined : context.namespace,
  };
}

/** What is said of a file that cannot be read has no word of it, nor has the cause, nor a warning: there are tokens in it. */
function parseFile({ path, text }: KubeconfigSource): KubeconfigFile {
  const fail = (why: string) => new TypeError(`Cannot read the kubeconfig ${path}: ${why}`);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0]);
    throw fail(`line ${line}, column ${col}: ${yamlFault(fault)}`);
  }
  let file: unknown;
  try {
    file = withoutNulls(document.toJS() ?? {});
  } catch (error) {
    throw fail(error instanceof RangeError ? "there is an alias in itself" : aliasFault(error));
  }
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    throw fail("it is no mapping");
  }
  const errors = schemaErrors(KUBECONFIG_SCHEMA, file)
    .map((error) => `${fieldPath(error.path)} ${error.message}`);
  if (errors.length > 0) throw fail(errors.join(", "));
  return file;
}

/** Null means left out, as in every file of Kubernetes. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

function named<T extends { readonly name?: string }>(
  entries: readonly T[] | null | undefined,
): readonly (T & { name: string })[] {
  return (entries ?? []).filter((entry): entry is T & { name: string } =>
    typeof entry.name === "string"
  );
}

function addFirst<T>(to: Map<string, T>, name: string, entry: T): void {
  if (!to.has(name)) to.set(name, entry);
}

function pick<T>(
  from: ReadonlyMap<string, T>,
  wanted: { readonly what: string; readonly name: string; readonly where: string },
): T {
  const found = from.get(wanted.name);
  if (found !== undefined) return found;
  const known = [...from.keys()].join(", ") || "none";
  throw new TypeError(
    `Cannot find the ${wanted.what} ${
      JSON.stringify(wanted.name)
    } in the kubeconfig ${wanted.where}: it has ${known}`,
  );
}

/** The entry with its relative paths made relative to its file. */
function withFiles<T extends object>(
  entry: T,
  options: { readonly keys: readonly string[]; readonly source: KubeconfigSource },
): T {
  const folder = options.source.path.replace(/[^/]*$/, "");
  const paths: Record<string, string> = {};
  for (const key of options.keys) {
    const path: unknown = (entry as Record<string, unknown>)[key];
    if (typeof path === "string" && path !== "" && !path.startsWith("/")) {
      paths[key] = `${folder}${path}`;
    }
  }
  return { ...entry, ...paths };
}
