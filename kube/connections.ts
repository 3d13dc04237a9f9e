/**
 * The connections of the `fetch` transport: one pool for each certificate, replaced when it proves dead.
 *
 * @module
 */

/** How to reach and trust a server. */
export interface TlsOptions {
  /** PEM certificates of authorities, trusted besides the machine's own. */
  readonly caCertificates?: readonly string[];
  /** Name to expect in the server's certificate, instead of the address's. */
  readonly tlsServerName?: string;
  /** `http:`, `https:` or `socks5:` proxy. */
  readonly proxyUrl?: string;
}

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where a request goes and over which connections. */
export interface Route {
  /** Scheme, host and path prefix, without a slash at the end. */
  readonly base: string;
  readonly client: Deno.HttpClient;
}

/** The connections to one server. */
export class Connections implements Disposable {
  readonly #server: URL;
  readonly #tls: TlsOptions;
  #certificate: ClientCertificate | undefined;
  #client: Deno.HttpClient | undefined;

  constructor(server: URL, tls: TlsOptions) {
    if (tls.tlsServerName !== undefined && tls.proxyUrl !== undefined) {
      throw new TypeError(
        `Cannot use tls-server-name together with proxy-url: ${tls.tlsServerName}, ${tls.proxyUrl}`,
      );
    }
    this.#server = server;
    this.#tls = tls;
  }

  /** The connections for this certificate; another one than before starts new connections. */
  route(certificate: ClientCertificate | undefined): Route {
    const same = certificate?.cert === this.#certificate?.cert &&
      certificate?.key === this.#certificate?.key;
    if (!same) this.renew();
    this.#certificate = certificate;
    this.#client ??= Deno.createHttpClient(this.#clientOptions(certificate));
    return { base: baseOf(this.#server, this.#tls.tlsServerName), client: this.#client };
  }

  /** Leaves the present connections to what still runs on them; later requests connect anew. */
  renew(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.renew();
  }

  #clientOptions(
    certificate: ClientCertificate | undefined,
  ): Deno.CreateHttpClientOptions & Partial<Deno.TlsCertifiedKeyPem> {
    const { caCertificates, tlsServerName, proxyUrl } = this.#tls;
    const port = Number(this.#server.port === "" ? 443 : this.#server.port);
    return {
      ...(caCertificates === undefined ? {} : { caCerts: [...caCertificates] }),
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
      ...(tlsServerName === undefined ? {} : {
        proxy: {
          transport: "tcp" as const,
          hostname: this.#server.hostname.replace(/^\[|\]$/g, ""),
          port,
        },
      }),
    };
  }
}

/** The server's address; with another TLS name, that name stands for the host and the connection goes to the host. */
export function baseOf(server: URL, tlsServerName?: string): string {
  const url = new URL(server);
  if (tlsServerName !== undefined) url.hostname = tlsServerName;
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
