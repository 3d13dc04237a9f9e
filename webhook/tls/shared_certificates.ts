/**
 * The Secret that holds the webhook's certificates. All replicas share it, so they agree on one CA.
 *
 * @module
 */
import { isAlreadyExists, isConflict, type ResourceClient, type Secret } from "../../kube/mod.ts";
import { type Certificates, renewed, type Wanted } from "./certificates.ts";

/** Keys of the Secret's data: those of `kubernetes.io/tls`, and the CA's. */
const FIELDS = {
  caBundle: "ca.crt",
  caKey: "ca.key",
  certificate: "tls.crt",
  key: "tls.key",
} as const satisfies Record<keyof Certificates, string>;

/** Where the certificates are, and what they are for. */
export interface StoreOptions extends Wanted {
  readonly secrets: ResourceClient<Secret>;
  readonly namespace: string;
  readonly name: string;
  /** What this replica had last: a Secret that somebody deleted is made again from it. */
  readonly known: Certificates | undefined;
  readonly signal: AbortSignal;
}

/**
 * The certificates that all replicas use: read from the Secret, and renewed where they must be. Whoever writes first wins:
 * the create and the update (guarded by resourceVersion) of a slower replica fail, and it reads again.
 */
export async function sharedCertificates(options: StoreOptions): Promise<Certificates> {
  const { secrets, namespace, name, known, signal } = options;
  for (;;) {
    const secret = await secrets.get({ namespace, name }, { signal });
    const current = secret === undefined ? known : certificatesOf(secret);
    const wanted = await renewed(current, options);
    if (secret !== undefined && wanted === current) return current;
    try {
      if (secret === undefined) {
        const metadata = { namespace, name };
        const fresh = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls" };
        await secrets.create({ ...fresh, data: dataOf(wanted) }, { signal });
      } else {
        await secrets.update({ ...secret, data: { ...secret.data, ...dataOf(wanted) } }, {
          signal,
        });
      }
      return wanted;
    } catch (error) {
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
}

function certificatesOf({ data }: Secret): Certificates {
  const text = (field: keyof Certificates) => decoded(data?.[FIELDS[field]] ?? "");
  return {
    caBundle: text("caBundle"),
    caKey: text("caKey"),
    certificate: text("certificate"),
    key: text("key"),
  };
}

function dataOf(certificates: Certificates): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(FIELDS) as (keyof Certificates)[]).map((field) => [
      FIELDS[field],
      new TextEncoder().encode(certificates[field]).toBase64(),
    ]),
  );
}

function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return "";
  }
}
