/**
 * The webhook's certificates: which ones are still good, and making those that are not.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";

/** For whom, and when, certificates are to be good. */
export interface Wanted {
  /** Names and IPv4 addresses under which the webhook is called. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
/** How long certificates last, and how long before their end they are renewed. */
const LIFE = {
  ca: { lastsMs: 3650 * DAY_MS, renewMs: 365 * DAY_MS },
  serving: { lastsMs: 90 * DAY_MS, renewMs: 30 * DAY_MS },
} as const;

/** A CA and a serving certificate that it signed, all PEM. */
export interface Certificates {
  /** The CA's certificate, and after it those of earlier CAs that have not expired: what API servers trust. */
  readonly caBundle: string;
  readonly caKey: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Certificates that are good for what is wanted: `current` itself where it is, else with a new serving certificate, else
 * with a new CA too. An old CA that has not expired stays in the bundle, so that replicas which still serve its
 * certificates are trusted.
 */
export async function renewed(
  current: Certificates | undefined,
  wanted: Wanted,
): Promise<Certificates> {
  const hasCa = current !== undefined && isGoodCa(current, wanted.now);
  if (hasCa && isGoodServing(current, wanted)) return current;
  // Loaded here alone: it costs more time than the rest of the start.
  const { makeCa, makeServing } = await import("./make_certificates.ts");
  const ca = hasCa
    ? { certificate: firstPem(current.caBundle), key: current.caKey }
    : await makeCa({ now: wanted.now, lastsMs: LIFE.ca.lastsMs });
  const caBundle = hasCa
    ? current.caBundle
    : [ca.certificate, ...unexpired(current?.caBundle ?? "", wanted.now)].join("");
  const { certificate, key } = await makeServing(ca, { ...wanted, lastsMs: LIFE.serving.lastsMs });
  return { caBundle, caKey: ca.key, certificate, key };
}

/** Throws where a key is not that of its certificate, as when one of two files is older than the other. */
export function assertPair({ certificate, key }: Pick<Certificates, "certificate" | "key">): void {
  const read = readCertificate(certificate);
  if (read === undefined || !hasKey(read, key)) {
    throw new TypeError("Cannot serve with the certificate: the key is not its own");
  }
}

function isGoodCa({ caBundle, caKey }: Certificates, now: number): boolean {
  const ca = readCertificate(firstPem(caBundle));
  return ca !== undefined && ca.ca && hasKey(ca, caKey) &&
    lasts(ca, { now, atLeast: LIFE.ca.renewMs });
}

function isGoodServing(
  { caBundle, certificate, key }: Certificates,
  { names, now }: Wanted,
): boolean {
  const serving = readCertificate(certificate);
  const ca = readCertificate(firstPem(caBundle));
  if (serving === undefined || ca === undefined || !hasKey(serving, key)) return false;
  const known = (serving.subjectAltName ?? "").split(", ");
  return serving.verify(ca.publicKey) &&
    names.every((name) => known.includes(`DNS:${name}`) || known.includes(`IP Address:${name}`)) &&
    lasts(serving, { now, atLeast: LIFE.serving.renewMs });
}

function lasts(
  certificate: X509Certificate,
  { now, atLeast }: { readonly now: number; readonly atLeast: number },
): boolean {
  return Date.parse(certificate.validFrom) <= now &&
    Date.parse(certificate.validTo) - now > atLeast;
}

function hasKey(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

function firstPem(bundle: string): string {
  return bundle.match(PEM)?.[0] ?? "";
}

function unexpired(bundle: string, now: number): readonly string[] {
  return (bundle.match(PEM) ?? []).filter((pem) => {
    const certificate = readCertificate(pem);
    return certificate !== undefined && Date.parse(certificate.validTo) > now;
  });
}
