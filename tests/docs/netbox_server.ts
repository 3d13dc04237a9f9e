/**
 * A stand-in for NetBox: addresses and ranges over its REST API, with tokens, pages, lists and tags that must be there.
 *
 * @module
 */
import type { NetBoxAddress, NetBoxRange, WantedAddress } from "../../examples/netbox/plan.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const LIST = "/api/ipam/ip-addresses/";
/** NetBox gives fewer than it is asked for where its own bound is less. */
const MAX_PAGE = 2;

/** The stand-in, on a port of the loopback interface; disposing it ends it. */
export class NetBoxServer implements AsyncDisposable {
  readonly addresses: NetBoxAddress[] = [];
  readonly ranges: NetBoxRange[] = [];
  /** Requests that changed something, such as `POST 1`. */
  readonly writes: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #lastId = 100;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Somebody writes an address into NetBox; gives its number. */
  add(address: string, fields: Partial<NetBoxAddress> = {}): number {
    const id = ++this.#lastId;
    this.addresses.push({
      id,
      address,
      dns_name: "",
      description: "",
      tags: [],
      custom_fields: {},
      ...fields,
    });
    return id;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== `Token ${TOKEN}`) {
      return Response.json({ detail: "Invalid token" }, { status: 403 });
    }
    if (request.method === "GET") {
      if (pathname === LIST) return this.#page(this.addresses, searchParams);
      if (pathname === "/api/ipam/ip-ranges/") return this.#page(this.ranges, searchParams);
    }
    if (pathname !== LIST) return Response.json({ detail: "Not found." }, { status: 404 });
    const list: readonly (WantedAddress & { readonly id: number })[] = await request.json();
    const problem = this.#problem(request.method, list);
    if (problem !== undefined) return Response.json({ detail: problem }, { status: 400 });
    this.writes.push(`${request.method} ${list.length}`);
    for (const one of list) {
      if (request.method === "POST") this.add(one.address, one);
      const index = this.addresses.findIndex(({ id }) => id === one.id);
      const before = this.addresses[index];
      if (before === undefined) continue;
      if (request.method === "DELETE") this.addresses.splice(index, 1);
      if (request.method === "PATCH") this.addresses.splice(index, 1, { ...before, ...one });
    }
    return request.method === "DELETE"
      ? new Response(null, { status: 204 })
      : Response.json(list, { status: request.method === "POST" ? 201 : 200 });
  }

  /** NetBox takes addresses with their prefix, and only tags that it has. */
  #problem(
    method: string,
    list: readonly (WantedAddress & { readonly id: number })[],
  ): string | undefined {
    const isKnown = ({ id }: { readonly id: number }) =>
      this.addresses.some((one) => one.id === id);
    if (method !== "POST" && !list.every(isKnown)) return "No such address";
    if (method === "DELETE") return undefined;
    const isGood = list.every(({ address, tags, status }) =>
      /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(address) && status === "dhcp" &&
      tags.every(({ slug }) => slug === "vm-dhcp")
    );
    return isGood ? undefined : "Bad address, status or tag";
  }

  #page(all: readonly unknown[], query: URLSearchParams): Response {
    const offset = Number(query.get("offset"));
    const size = Math.min(Number(query.get("limit")), MAX_PAGE);
    if (query.get("parent") !== "192.168.48.0/24") {
      return Response.json({ parent: ["Unknown prefix"] }, { status: 400 });
    }
    const results = all.slice(offset, offset + size);
    const isLast = offset + size >= all.length;
    const next = isLast ? null : `${this.url}${LIST}?limit=${size}&offset=${offset + size}`;
    return Response.json({ count: all.length, next, previous: null, results });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
