/**
 * What an image says of itself: which version of vm-dhcp, from which commit, when that was made.
 *
 * @module
 */
import { output } from "./command.ts";

/** Of an image. The same commit gives the same stamp, whenever it is built. */
export interface Stamp {
  /** Of `deno.json`. */
  readonly version: string;
  /** Commit, with `-dirty` where the checkout differs from it; empty where it is not known. */
  readonly revision: string;
  /** When the commit was made. */
  readonly created: Date;
  /** Where the source is, such as `https://example.com/vm-dhcp`; empty where it is not known. */
  readonly url: string;
}

/** What the builder says instead of the checkout. */
interface Given {
  readonly revision?: string | undefined;
  readonly url?: string | undefined;
  /** `SOURCE_DATE_EPOCH`: seconds since 1970. */
  readonly sourceDateEpoch?: number | undefined;
}

/** Reads the stamp of a checkout. Without git, or without a commit, it is that of 1970 and of no revision. */
export async function readStamp(source: string, given: Given = {}): Promise<Stamp> {
  const { version } = JSON.parse(await Deno.readTextFile(`${source}/deno.json`));
  const { sourceDateEpoch: epoch } = given;
  const seconds = epoch ?? Number(await git(source, ["log", "-1", "--format=%ct"]) ?? 0);
  return {
    version,
    revision: given.revision ?? await revisionOf(source),
    created: new Date(seconds * 1000),
    url: given.url ?? "",
  };
}

/** Names and values of the labels, which say the same as the stamp. */
export function stampLabels({ version, revision, created, url }: Stamp): Record<string, string> {
  const prefix = "org.opencontainers.image";
  return {
    [`${prefix}.version`]: version,
    ...(revision === "" ? {} : { [`${prefix}.revision`]: revision }),
    [`${prefix}.created`]: created.toISOString().replace(".000", ""),
    ...(url === "" ? {} : { [`${prefix}.source`]: url }),
  };
}

async function revisionOf(source: string): Promise<string> {
  const commit = await git(source, ["rev-parse", "HEAD"]);
  if (commit === undefined) return "";
  const changes = await git(source, ["status", "--porcelain"]);
  return changes === "" ? commit : `${commit}-dirty`;
}

async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await output("git", args, { cwd })).trim();
  } catch {
    return undefined;
  }
}
