import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import type { JsonValue, RestClient } from "../../../kube/rest_client.ts";
import { EmbeddedApi, type EmbeddedApiOptions } from "../embedded_api.ts";
import { isObject, type JsonObject, listAt, metadataOf, objectAt } from "../json.ts";

const MERGE = "application/merge-patch+json";

/** Virtual machines, which own each other here, in an API of their own. */
class Machines implements Disposable {
  readonly #api: EmbeddedApi;
  readonly rest: RestClient;

  constructor(options?: EmbeddedApiOptions) {
    this.#api = new EmbeddedApi(options);
    this.rest = this.#api.rest();
  }

  /** Makes one; `owners` are names in the same namespace. */
  async make(name: string, owners: readonly string[] = [], more: JsonObject = {}): Promise<void> {
    const { namespace = "default", block = false, ...metadata } = more;
    const ownerReferences: JsonObject[] = [];
    for (const owner of owners) {
      const { uid = "gone" } = metadataOf(await this.get(owner, String(namespace)));
      ownerReferences.push({
        apiVersion: "kubevirt.io/v1",
        kind: "VirtualMachine",
        name: owner,
        uid,
        blockOwnerDeletion: block,
      });
    }
    await this.rest.performRequest({
      method: "POST",
      path: path(String(namespace)),
      bodyJson: {
        apiVersion: "kubevirt.io/v1",
        kind: "VirtualMachine",
        metadata: { name, ...(owners.length === 0 ? {} : { ownerReferences }), ...metadata },
      },
    });
  }

  async get(name: string, namespace = "default"): Promise<JsonObject | undefined> {
    const object = await this.rest.performRequest({
      method: "GET",
      path: path(namespace, name),
      expectJson: true,
    }).catch(() => undefined);
    return isObject(object) ? object : undefined;
  }

  async delete(name: string, propagationPolicy = "Background"): Promise<void> {
    await this.rest.performRequest({
      method: "DELETE",
      path: path("default", name),
      bodyJson: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy },
    });
  }

  async patch(at: string, bodyJson: JsonValue): Promise<void> {
    await this.rest.performRequest({ method: "PATCH", path: at, contentType: MERGE, bodyJson });
  }

  /** Lets go of an object. */
  async release(name: string): Promise<void> {
    await this.patch(path("default", name), { metadata: { finalizers: null } });
  }

  /** Names of all that are left; those that are being deleted in parentheses. */
  async left(): Promise<string> {
    const list = await this.rest.performRequest({
      method: "GET",
      path: "/apis/kubevirt.io/v1/virtualmachines",
      expectJson: true,
    });
    return listAt(isObject(list) ? list : {}, "items").filter(isObject).map(metadataOf)
      .map(({ name, deletionTimestamp }) => deletionTimestamp === undefined ? name : `(${name})`)
      .join(" ");
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }
}

function path(namespace: string, name?: string): string {
  const all = `/apis/kubevirt.io/v1/namespaces/${namespace}/virtualmachines`;
  return name === undefined ? all : `${all}/${name}`;
}

const HELD = { finalizers: ["example.com/hold"] };

Deno.test("deletion of an owner takes with it what it owns, and what that owns, and nothing else", async () => {
  using machines = new Machines();
  await machines.make("a");
  await machines.make("b", ["a"]);
  await machines.make("c", ["b"]);
  await machines.make("d");
  await machines.delete("a");
  equal(await machines.left(), "d");
});

Deno.test("a dependent that a finalizer holds is marked, and takes with it what it owns when it goes", async () => {
  using machines = new Machines();
  await machines.make("a");
  await machines.make("b", ["a"], HELD);
  await machines.make("c", ["b"]);
  await machines.delete("a");
  equal(await machines.left(), "(b) c");
  await machines.release("b");
  equal(await machines.left(), "");
});

Deno.test("an owner of another uid, or of another namespace, is no owner; one of a kind that is not served may be", async () => {
  using machines = new Machines();
  await machines.make("a");
  const { uid = "" } = metadataOf(await machines.get("a"));
  const reference = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "a", uid };
  const owned = (more: JsonObject) => ({ ownerReferences: [{ ...reference, ...more }] });
  await machines.make("other-uid", [], owned({ uid: "another" }));
  await machines.make("other-name", [], owned({ name: "b" }));
  await machines.make("far", [], { ...owned({}), namespace: "kube-system" });
  await machines.make("unknown", [], owned({ kind: "Pod", apiVersion: "v1", uid: "another" }));
  await machines.make("owned", [], owned({}));
  equal(await machines.left(), "a owned unknown");
});

Deno.test("an owner that is deleted in the foreground waits for what blocks it, in whatever depth", async () => {
  using machines = new Machines();
  await machines.make("a");
  await machines.make("b", ["a"], { block: true });
  await machines.make("c", ["b"], { ...HELD, block: true });
  await machines.make("d", ["a"], HELD);
  await machines.delete("a", "Foreground");
  equal(await machines.left(), "(a) (b) (c) (d)");
  deepEqual(metadataOf(await machines.get("a")).finalizers, ["foregroundDeletion"]);
  await machines.release("c");
  equal(await machines.left(), "(d)", "d does not block");
});

Deno.test("a deletion in the background overrules one in the foreground", async () => {
  using machines = new Machines();
  await machines.make("a");
  await machines.make("b", ["a"], { ...HELD, block: true });
  await machines.delete("a", "Foreground");
  await machines.delete("a", "Background");
  equal(await machines.left(), "(b)");
});

Deno.test("an owner that is deleted as an orphaning one leaves what it owns, without the reference to it alone", async () => {
  using machines = new Machines();
  await machines.make("a");
  await machines.make("other");
  await machines.make("b", ["a"]);
  await machines.make("c", ["a", "other"]);
  await machines.delete("a", "Orphan");
  equal(await machines.left(), "b c other");
  equal(metadataOf(await machines.get("b")).ownerReferences, undefined);
  const owners = listAt(metadataOf(await machines.get("c")), "ownerReferences").filter(isObject);
  deepEqual(owners.map(({ name }) => name), ["other"]);
});

Deno.test("a namespace that is deleted stays until it is empty, also while it is changed", async () => {
  using machines = new Machines();
  const namespace = "/api/v1/namespaces/default-2";
  await machines.rest.performRequest({
    method: "POST",
    path: "/api/v1/namespaces",
    bodyJson: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default-2" } },
  });
  await machines.make("a", [], { ...HELD, namespace: "default-2" });
  await machines.make("b", [], { namespace: "default-2" });
  await machines.make("elsewhere");
  await machines.rest.performRequest({ method: "DELETE", path: namespace });
  await machines.patch(namespace, { metadata: { labels: { a: "b" } }, spec: { finalizers: [] } });
  equal(await machines.left(), "elsewhere (a)");
  const present = () =>
    machines.rest.performRequest({ method: "GET", path: namespace, expectJson: true })
      .catch(() => undefined);
  const terminating = await present();
  deepEqual(objectAt({ it: terminating ?? null }, "it").status, { phase: "Terminating" });
  await machines.patch(path("default-2", "a"), { metadata: { finalizers: null } });
  equal(await machines.left(), "elsewhere");
  equal(await present(), undefined);
});

Deno.test("a namespace that also has a finalizer of its own waits for that, too", async () => {
  using machines = new Machines();
  const namespace = "/api/v1/namespaces/held";
  await machines.rest.performRequest({
    method: "POST",
    path: "/api/v1/namespaces",
    bodyJson: { apiVersion: "v1", kind: "Namespace", metadata: { name: "held", ...HELD } },
  });
  await machines.rest.performRequest({ method: "DELETE", path: namespace });
  const get = () => machines.rest.performRequest({ method: "GET", path: namespace });
  await get();
  await machines.patch(namespace, { metadata: { finalizers: null } });
  equal(await get().then(() => "there", () => "gone"), "gone");
});

Deno.test("a collector that is late does the same in whatever order it gets to", async () => {
  const waiting: (() => void)[] = [];
  using machines = new Machines({ collectLater: (work) => waiting.push(work) });
  await machines.make("a");
  await machines.make("b", ["a"]);
  await machines.make("c", ["b"]);
  await machines.make("d");
  await machines.delete("a");
  equal(await machines.left(), "b c d");
  for (let work = waiting.pop(); work !== undefined; work = waiting.pop()) work();
  equal(await machines.left(), "d");
});

Deno.test("what a process that died between a deletion and its consequences left is collected by the next one", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/state`;
    {
      using machines = new Machines({ path, collectLater: () => undefined });
      await machines.make("a");
      await machines.make("b", ["a"]);
      await machines.delete("a");
      equal(await machines.left(), "b");
    }
    using machines = new Machines({ path });
    equal(await machines.left(), "");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
