import assert from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

const POOL: IPPool = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48", resourceVersion: "7" },
  spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
};

Deno.test("a snapshot gives back what it was made of", () => {
  const snapshot = { pool: POOL, keptAt: 1_000 };
  assert.deepEqual(decodeSnapshot(encodeSnapshot(snapshot)), snapshot);
});

Deno.test("a snapshot with one character changed is refused", () => {
  const text = encodeSnapshot({ pool: POOL, keptAt: 1_000 });
  for (let at = 0; at < text.length - 1; at++) {
    const damaged = text.slice(0, at) + (text[at] === "x" ? "y" : "x") + text.slice(at + 1);
    assert.throws(() => decodeSnapshot(damaged), /Cannot read a snapshot/, `character ${at}`);
  }
});

Deno.test("a snapshot of something that is no IPPool is refused, and says what is wrong with it", () => {
  for (
    const [pool, problem] of [
      [{ ...POOL, spec: undefined }, "spec"],
      [{ ...POOL, spec: { ...POOL.spec, networkName: 7 } }, "spec.networkName"],
    ] as const
  ) {
    const text = encodeSnapshot({ pool: pool as unknown as IPPool, keptAt: 1_000 });
    assert.throws(() => decodeSnapshot(text), {
      message: `Cannot read a snapshot: no IPPool: ${problem}`,
    });
  }
});

Deno.test("a snapshot that was cut off, or is something else, is refused", () => {
  const text = encodeSnapshot({ pool: POOL, keptAt: 1_000 });
  for (const other of ["", "hello", text.slice(0, 100), text.split("\n")[0] ?? ""]) {
    assert.throws(() => decodeSnapshot(other), /Cannot read a snapshot/);
  }
});
