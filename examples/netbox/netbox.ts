/**
 * NetBox's REST API, as far as it is needed (NetBox 3.x and 4.x).
 *
 * @module
 */
import type { NetBoxAddress, NetBoxRange, WantedAddress } from "./plan.ts";

const TIMEOUT_MS = 30_000;
const PAGE = 500;

/** NetBox at a URL, asked with a token: one of the old kind, or of that which begins with `nbt_` (4.5). */
export class NetBox {
  readonly #url: URL;
  readonly #authorization: string;

  constructor(url: string, token: string) {
    this.#url = new URL(url);
    this.#authorization = `${token.startsWith("nbt_") ? "Bearer" : "Token"} ${token}`;
  }

  /** All addresses of a prefix such as `192.168.48.0/24`. */
  addresses(prefix: string): Promise<readonly NetBoxAddress[]> {
    return this.#all("ip-addresses", prefix);
  }

  /** All ranges within it. */
  ranges(prefix: string): Promise<readonly NetBoxRange[]> {
    return this.#all("ip-ranges", prefix);
  }

  async create(addresses: readonly WantedAddress[]): Promise<void> {
    await this.#write("POST", addresses);
  }

  async change(addresses: readonly (WantedAddress & { readonly id: number })[]): Promise<void> {
    await this.#write("PATCH", addresses);
  }

  async remove(addresses: readonly { readonly id: number }[]): Promise<void> {
    await this.#write("DELETE", addresses);
  }

  async #all<T>(kind: string, prefix: string): Promise<readonly T[]> {
    const found: T[] = [];
    while (true) {
      // A page may have fewer than asked for: NetBox has a bound of its own.
      const query = new URLSearchParams({
        parent: prefix,
        limit: `${PAGE}`,
        offset: `${found.length}`,
      });
      const page = await this.#ask("GET", `api/ipam/${kind}/?${query}`);
      const { results, next } = page as { readonly results: T[]; readonly next: string | null };
      found.push(...results);
      if (next === null || results.length === 0) return found;
    }
  }

  /** A list is one request, and all of it or nothing is done. */
  async #write(method: string, list: readonly unknown[]): Promise<void> {
    if (list.length > 0) await this.#ask(method, "api/ipam/ip-addresses/", list);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const url = new URL(path, this.#url);
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        authorization: this.#authorization,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${url.pathname}: ${response.status} ${text.slice(0, 500)}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }
}
