/**
 * The connections of the `fetch` transport.
 *
 * A kube-apiserver allows 100 streams on one HTTP/2 connection, and a request beyond them waits until one ends. So
 * watches have connections of their own, each with room to spare, and never hold up other requests.
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

/** Connections for one request; dispose it when its answer has ended. */
interface Connection extends Disposable {
  readonly client: Deno.HttpClient;
}

/** Most streams on one connection. */
const MAX_STREAMS_EACH = 64;

/** Connections that some streams share. */
interface Shared {
  readonly client: Deno.HttpClient;
  streams: number;
}

/** The connections to one server: one pool for requests, and as many as needed for streams. */
export class Connections implements Disposable {
  readonly #tls: TlsOptions;
  #certificate: ClientCertificate | undefined;
  #requests: Deno.HttpClient | undefined;
  #shared: Shared[] = [];
  #closed = false;

  constructor(tls: TlsOptions) {
    this.#tls = tls;
  }

  /** Connections for a request or a stream with this certificate; another one than before starts new connections. */
  take(
    options: { readonly certificate: ClientCertificate | undefined; readonly stream: boolean },
  ): Connection {
    if (this.#closed) throw new TypeError("Cannot connect: the client is closed");
    const { certificate, stream } = options;
    const known = this.#certificate;
    if (certificate?.cert !== known?.cert || certificate?.key !== known?.key) this.renew();
    this.#certificate = certificate;
    if (stream) return this.#takeShared();
    this.#requests ??= this.#create();
    return { client: this.#requests, [Symbol.dispose]: () => undefined };
  }

  /** Leaves the present connections to what still runs on them; later requests connect anew. */
  renew(): void {
    this.renewRequests();
    for (const { client } of this.#shared.splice(0)) client.close();
  }

  /** As {@linkcode renew}, for what takes no stream. */
  renewRequests(): void {
    this.#requests?.close();
    this.#requests = undefined;
  }

  /** As {@linkcode renew}, for this connection of streams alone. */
  retire(client: Deno.HttpClient): void {
    const found = this.#shared.findIndex((shared) => shared.client === client);
    if (found === -1) return;
    this.#shared.splice(found, 1);
    client.close();
  }

  /** Closes the connections as soon as what runs on them has ended, and makes no new ones. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.renew();
  }

  #takeShared(): Connection {
    let shared = this.#shared.find(({ streams }) => streams < MAX_STREAMS_EACH);
    if (shared === undefined) {
      shared = { client: this.#create(), streams: 0 };
      this.#shared.push(shared);
    }
    const taken = shared;
    taken.streams++;
    return { client: taken.client, [Symbol.dispose]: () => void taken.streams-- };
  }

  #create(): Deno.HttpClient {
    const { caCertificates, proxyUrl } = this.#tls;
    const certificate = this.#certificate;
    return Deno.createHttpClient({
      ...(caCertificates === undefined ? {} : { caCerts: [...caCertificates] }),
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
    });
  }
}
