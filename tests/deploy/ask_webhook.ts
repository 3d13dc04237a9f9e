/**
 * Asks a webhook as API servers do: under its Service's name, trusting the CA of its configuration.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/mod.ts";

/** Whom to ask what. */
interface AskOptions {
  /** Where it listens. */
  readonly hostname: string;
  readonly port: number;
  /** Name that its certificate must bear. */
  readonly name: string;
  /** Base64 of PEM. */
  readonly caBundle: string;
  /** The object that somebody wants to create. */
  readonly object: KubeObject;
}

/** What it says of the creation of an object. */
export async function askWebhook(
  { hostname, port, name, caBundle, object }: AskOptions,
): Promise<{ readonly allowed: boolean; readonly message: string }> {
  const caCerts = [new TextDecoder().decode(Uint8Array.fromBase64(caBundle))];
  const [group, version] = object.apiVersion.split("/");
  const body = JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      kind: { group, version, kind: object.kind },
      operation: "CREATE",
      namespace: object.metadata.namespace,
      name: object.metadata.name,
      userInfo: { username: "somebody" },
      object,
    },
  });
  const head = [
    "POST /validate HTTP/1.1",
    `host: ${name}`,
    "content-type: application/json",
    `content-length: ${new TextEncoder().encode(body).length}`,
    "connection: close",
  ];
  const tcp = await Deno.connect({ hostname, port });
  using tls = await Deno.startTls(tcp, { hostname: name, caCerts });
  const writer = tls.writable.getWriter();
  await writer.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body}`));
  const answer = await new Response(tls.readable).text();
  const review = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "{}") as {
    readonly response?: { readonly allowed: boolean; readonly status?: { message?: string } };
  };
  const { allowed, status } = review.response ?? {};
  if (allowed === undefined) throw new Error(`Cannot read the webhook's answer: ${answer}`);
  return { allowed, message: status?.message ?? "" };
}
