/**
 * Certificates that somebody else keeps, such as cert-manager: files of a mounted Secret.
 *
 * @module
 */
import { backoff } from "../../runtime/backoff.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** Where they are, and what is done with them. */
interface MountedOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Folder with `tls.crt` and `tls.key`. */
  readonly folder: string;
  /** Reads a text file. Throws where it cannot. */
  readonly read: (path: string) => Promise<string>;
  /** Serves with this certificate from now on. Throws where it is none. */
  readonly install: (pair: { readonly certificate: string; readonly key: string }) => void;
}

/** How often the files are looked at: the kubelet brings a renewed Secret within about a minute. */
const CHECK_MS = 10_000;
/** Waits after a failure: the Secret may be on its way. */
const RETRY = { base: 500, max: 10_000 };

/** Runs until the signal aborts: serves with the files' certificate, and with each that replaces it. */
export async function followMountedCertificates(
  options: MountedOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, folder, random, read, install } = options;
  const wait = backoff({ ...RETRY, random });
  let served = "";
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = CHECK_MS;
    try {
      const certificate = await read(`${folder}/tls.crt`);
      const key = await read(`${folder}/tls.key`);
      if (certificate + key !== served) {
        install({ certificate, key });
        served = certificate + key;
        log.info("Serving with a certificate", { folder });
      }
      failures = 0;
    } catch (error) {
      failures++;
      waitMs = wait(failures);
      log.warn("The mounted certificate cannot be served, trying again", { folder, error, waitMs });
    }
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}
