/**
 * The connections of the `fetch` transport: one pool for each certificate, replaced when it proves dead.
 *
 * @module
 */

/** How to reach and trust a server. */
export interface TlsOptions {
  /** PEM certificates of authorities, trusted besides the machine's own. */
  readonly caCertificates?: readonly string[];
  /** `http:`, `https:` or `socks5:` proxy. */
  readonly proxyUrl?: string;
}

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  /** The certificate, PEM. */
  readonly cert: string;
  /** Its private key, PEM. */
  readonly key: string;
}

/** The connections to one server. */
export class Connections implements Disposable {
  readonly #tls: TlsOptions;
  #certificate: ClientCertificate | undefined;
  #client: Deno.HttpClient | undefined;

  constructor(tls: TlsOptions) {
    this.#tls = tls;
  }

  /** The connections for this certificate; another one than before starts new connections. */
  clientFor(certificate: ClientCertificate | undefined): Deno.HttpClient {
    const known = this.#certificate;
    if (certificate?.cert !== known?.cert || certificate?.key !== known?.key) this.renew();
    this.#certificate = certificate;
    return this.#client ??= createClient(this.#tls, certificate);
  }

  /** Leaves the present connections to what still runs on them; later requests connect anew. */
  renew(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.renew();
  }
}

function createClient(
  tls: TlsOptions,
  certificate: ClientCertificate | undefined,
): Deno.HttpClient {
  const { caCertificates, proxyUrl } = tls;
  return Deno.createHttpClient({
    ...(caCertificates === undefined ? {} : { caCerts: [...caCertificates] }),
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
    ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
  });
}
