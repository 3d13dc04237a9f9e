/**
 * An HTTP proxy before a kube-apiserver that can hold one request, so that a client dies at a chosen place.
 *
 * @module
 */
import { parse } from "yaml";

/** Whether a request is the one to hold, and whether it still reaches the server. */
export interface HoldRule {
  readonly method: string;
  readonly path: RegExp;
  /** `before`: the server never sees it. `after`: the server has answered, the client never hears. */
  readonly when: "before" | "after";
}

/** A running proxy. */
export class GateProxy implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #client: Deno.HttpClient;
  readonly #target: string;
  readonly #released = Promise.withResolvers<void>();
  #rule: HoldRule | undefined;
  #held = Promise.withResolvers<void>();

  /** `kubeconfig` is the path of one with a token and a CA. */
  constructor(kubeconfig: string) {
    const config = parse(Deno.readTextFileSync(kubeconfig));
    const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
    this.#target = server;
    this.#client = Deno.createHttpClient({ caCerts: [atob(ca)] });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request) => this.#handle(request),
    );
  }

  /** A kubeconfig that goes through the proxy, from the one of the server. */
  async writeKubeconfig(from: string, to: string): Promise<void> {
    const config = parse(await Deno.readTextFile(from));
    config.clusters[0].cluster = { server: `http://127.0.0.1:${this.#server.addr.port}` };
    await Deno.writeTextFile(to, JSON.stringify(config));
  }

  /** Holds the next request that fits; resolves when it is held. */
  hold(rule: HoldRule): Promise<void> {
    this.#rule = rule;
    this.#held = Promise.withResolvers();
    return this.#held.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released.resolve();
    await this.#server.shutdown();
    this.#client.close();
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const rule = this.#rule;
    const isHeld = rule !== undefined && rule.method === request.method && rule.path.test(pathname);
    if (isHeld) this.#rule = undefined;
    if (isHeld && rule.when === "before") return await this.#keep();
    const headers = new Headers(request.headers);
    headers.delete("host");
    const init: RequestInit & { readonly client: Deno.HttpClient } = {
      method: request.method,
      headers,
      body: request.method === "GET" ? null : await request.bytes(),
      client: this.#client,
      signal: request.signal,
    };
    const answer = await fetch(`${this.#target}${pathname}${search}`, init);
    if (!isHeld) return answer;
    await answer.body?.cancel();
    return await this.#keep();
  }

  async #keep(): Promise<Response> {
    this.#held.resolve();
    await this.#released.promise;
    return new Response(null, { status: 503 });
  }
}
