/**
 * Kubeconfig files.
 *
 * @module
 */

/** What a kubeconfig says. */
interface KubeconfigParts {
  readonly server: string;
  /** PEM; unset for plain HTTP. */
  readonly caCertificate?: string;
  readonly user: string;
  readonly token?: string;
  readonly namespace?: string;
}

/** A kubeconfig with one context, as JSON (which is YAML). */
export function kubeconfigText(parts: KubeconfigParts): string {
  const { server, caCertificate, user, token, namespace } = parts;
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{
        name: "test",
        cluster: {
          server,
          ...(caCertificate === undefined ? {} : {
            "certificate-authority-data": new TextEncoder().encode(caCertificate).toBase64(),
          }),
        },
      }],
      users: [{ name: user, user: token === undefined ? {} : { token } }],
      contexts: [{
        name: "test",
        context: { cluster: "test", user, ...(namespace === undefined ? {} : { namespace }) },
      }],
    },
    null,
    2,
  );
}
