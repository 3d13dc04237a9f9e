/**
 * The webhook's certificates: which ones are still good, and making those that are not.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { LIFE, type Wanted } from "./certificate_life.ts";

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
    : await makeCa(wanted.now);
  const caBundle = hasCa
    ? current.caBundle
    : [ca.certificate, ...unexpired(current?.caBundle ?? "", wanted.now)].join("");
  const { certificate, key } = await makeServing(ca, wanted);
  return { caBundle, caKey: ca.key, certificate, key };
}

function isGoodCa({ caBundle, caKey }: Certificates, now: number): boolean {
  const ca = readCertificate(firstPem(caBundle));
  return ca !== undefined && ca.ca && hasKey(ca, caKey) &&
    lasts(ca, { now, atLeast: LIFE.ca.renew });
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
    lasts(serving, { now, atLeast: LIFE.serving.renew });
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
