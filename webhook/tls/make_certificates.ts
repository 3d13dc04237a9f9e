/**
 * Makes certificates: ECDSA with P-256 and SHA-256 (RFC 5480, RFC 5280).
 *
 * @module
 */
// First of all: @peculiar/x509 looks for it.
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIPv4 } from "../../core/net/mod.ts";

/** When a certificate begins, milliseconds since the epoch, and how long it lasts. */
interface Life {
  readonly now: number;
  readonly lastsMs: number;
}

/** A certificate and its key, both PEM. */
interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** Clocks differ. */
const BEFORE_MS = 3_600_000;

/** A CA that signs itself. Its name holds its birth, so that two of them are told apart. */
export async function makeCa(life: Life): Promise<KeyPair> {
  const keys = await newKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=vm-dhcp webhook CA ${new Date(life.now).toISOString()}`,
    ...validity(life),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(ca), key: await keyPem(keys.privateKey) };
}

/** A serving certificate, signed by a CA. */
export async function makeServing(
  ca: KeyPair,
  { names, ...life }: Life & { readonly names: readonly string[] },
): Promise<KeyPair> {
  const issuer = new X509Certificate(ca.certificate);
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [names[0] ?? "vm-dhcp"] }],
    issuer: issuer.subject,
    ...validity(life),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await signingKey(ca.key),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isIPv4(value) ? "ip" as const : "dns" as const,
          value,
        })),
      ),
      await AuthorityKeyIdentifierExtension.create(issuer),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

function validity({ now, lastsMs }: Life): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - BEFORE_MS), notAfter: new Date(now + lastsMs) };
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as CryptoKeyPair;
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = 1 + ((bytes[0] ?? 0) & 0x3f);
  return bytes.toHex();
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyPem(key: CryptoKey): Promise<string> {
  const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

async function signingKey(pem: string): Promise<CryptoKey> {
  const der = Uint8Array.fromBase64(pem.replace(/-----[^-]+-----|\s/g, ""));
  return await crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
}
