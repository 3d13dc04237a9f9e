/**
 * The connections of the `fetch` transport.
 *
 * A kube-apiserver allows 100 streams on one HTTP/2 connection, and a request beyond them waits until one ends. So
 * watches have connections of their own, each with room to spare, and never hold up other requests.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import { defined } from "../../runtime/defined.ts";

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

/** What a handshake shows, and whom it trusts: both may be replaced while the program runs. */
export interface Handshake {
  /** Shown to the server. */
  readonly certificate?: ClientCertificate;
  /** PEM certificates of authorities, in the place of those that the client was made with. */
  readonly caCertificates?: readonly string[];
}

/** Connections for one request; dispose it when its answer has ended. */
interface Connection extends Disposable {
  readonly client: Deno.HttpClient;
}

/** Most streams on one connection. */
const MAX_STREAMS_EACH = 64;

/** Connections that requests or streams share. */
interface Shared {
  readonly client: Deno.HttpClient;
  /** How many run on them. */
  users: number;
  /** They are closed when the last one has ended. */
  isLeft: boolean;
}

/** The connections to one server: one pool for requests, and as many as needed for streams. */
export class Connections implements Disposable {
  readonly #tls: TlsOptions;
  #handshake: Handshake = {};
  #requests: Shared | undefined;
  #streams: Shared[] = [];
  #closed = false;

  constructor(tls: TlsOptions) {
    this.#tls = tls;
  }

  /** Connections for a request or a stream with this handshake; another one than before starts new connections. */
  take(
    { handshake: { certificate, caCertificates }, stream }: {
      readonly handshake: Handshake;
      readonly stream: boolean;
    },
  ): Connection {
    if (this.#closed) throw new TypeError("Cannot connect: the client is closed");
    const handshake = defined({ certificate, caCertificates });
    if (!sameJson(handshake, this.#handshake)) this.renew();
    this.#handshake = handshake;
    return stream ? this.#use(this.#roomy()) : this.#use(this.#requests ??= this.#create());
  }

  /** Leaves the present connections to what still runs on them; later requests connect anew. */
  renew(): void {
    this.renewRequests();
    this.#streams.splice(0).forEach(leave);
  }

  /** As {@linkcode renew}, for what takes no stream. */
  renewRequests(): void {
    if (this.#requests !== undefined) leave(this.#requests);
    this.#requests = undefined;
  }

  /** As {@linkcode renew}, for this connection alone. */
  retire(client: Deno.HttpClient): void {
    if (this.#requests?.client === client) this.renewRequests();
    const found = this.#streams.findIndex((shared) => shared.client === client);
    if (found !== -1) this.#streams.splice(found, 1).forEach(leave);
  }

  /** Closes the connections as soon as what runs on them has ended, and makes no new ones. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.renew();
  }

  /** A connection with room for another stream. */
  #roomy(): Shared {
    const found = this.#streams.find(({ users }) => users < MAX_STREAMS_EACH);
    if (found !== undefined) return found;
    const shared = this.#create();
    this.#streams.push(shared);
    return shared;
  }

  #use(shared: Shared): Connection {
    shared.users++;
    return {
      client: shared.client,
      [Symbol.dispose]: () => {
        shared.users--;
        if (shared.isLeft) leave(shared);
      },
    };
  }

  #create(): Shared {
    const { certificate, caCertificates, proxyUrl } = { ...this.#tls, ...this.#handshake };
    const client = Deno.createHttpClient({
      ...(caCertificates === undefined ? {} : { caCerts: [...caCertificates] }),
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
    });
    return { client, users: 0, isLeft: false };
  }
}

/** Closes connections when nothing runs on them any more. What does may ask on them whether they are alive. */
function leave(shared: Shared): void {
  shared.isLeft = true;
  if (shared.users === 0) shared.client.close();
}
