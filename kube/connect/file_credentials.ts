/**
 * Credentials that stand in files and are read again, because they are replaced.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Clock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import { bearer } from "./bearer.ts";
import type { Credentials, Identity } from "../http/fetch_transport.ts";
import type { Machine } from "./machine.ts";

/** How old what was read may get. */
const REREAD_MS = 60_000;

/** Files, by what they hold. */
interface CredentialFiles {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Authorities that the server's certificate is trusted by. */
  readonly authorities?: string;
}

/** What {@linkcode fileCredentials} needs. */
interface FileCredentialsOptions {
  readonly files: CredentialFiles;
  readonly machine: Machine;
  readonly clock: Clock;
}

/**
 * Credentials read from files, and again once a minute and whenever the server refuses them. While a file cannot be
 * read again, what was read last is used.
 */
export function fileCredentials(options: FileCredentialsOptions): Credentials {
  const { clock } = options;
  let cached: { readonly identity: Identity; readonly readAt: number } | undefined;
  return async ({ refused }) => {
    if (cached !== undefined && !refused && clock.monotonic() - cached.readAt < REREAD_MS) {
      return cached.identity;
    }
    try {
      cached = { identity: await readIdentity(options), readAt: clock.monotonic() };
    } catch (error) {
      if (cached === undefined) throw error;
    }
    return cached.identity;
  };
}

async function readIdentity({ files, machine }: FileCredentialsOptions): Promise<Identity> {
  const { token, certificate, authorities } = files;
  return {
    ...defined({
      authorization: token && bearer((await readFile(machine, token)).trim(), token),
      certificate: certificate && {
        cert: await readFile(machine, certificate.cert),
        key: await readFile(machine, certificate.key),
      },
      caCertificates: authorities === undefined
        ? undefined
        : [await readFile(machine, authorities)],
    }),
  };
}

/** The text of a file; throws an error that names it. */
export async function readFile(machine: Machine, path: string): Promise<string> {
  try {
    return await machine.readTextFile(path);
  } catch (cause) {
    throw new Error(`Cannot read ${path}: ${errorText(cause)}`, { cause });
  }
}
