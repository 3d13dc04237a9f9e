/**
 * What people do to networks: NetworkAttachmentDefinitions that come late, go, and change.
 *
 * @module
 */
import { ALLOWED_NAMESPACES_ANNOTATION, CLUSTER_NETWORK_LABEL } from "../../../core/api/names.ts";
import { statusOf } from "../../../kube/errors.ts";
import { NETWORK_ATTACHMENT_DEFINITIONS } from "../../../kube/mod.ts";
import { nad } from "../../controller/objects.ts";
import { between, oneOf } from "../engine/random.ts";
import type { NetworkAttachmentDefinition } from "../../../core/api/types.ts";
import type { Mutable } from "../world/admission.ts";
import { NO_BRIDGE } from "../world/sandbox.ts";
import type { World } from "../world/world.ts";
import { kind } from "./kind.ts";
import { poolOf, TENANTS } from "./subjects.ts";

interface OfNetwork {
  /** Number of the pool of its name. */
  readonly pool: number;
}

/** Deeds of people to networks. */
export const NETWORKS = {
  "create network": kind<OfNetwork>({
    weight: 0.7,
    draw: ({ pool }) => ({ pool }),
    act: (world, { pool }) => createNetwork(world, pool),
  }),
  "delete network": kind<OfNetwork>({
    weight: 0.4,
    draw: ({ pool }) => ({ pool }),
    act: ({ person }, { pool }) => person.delete(NETWORK_ATTACHMENT_DEFINITIONS, poolOf(pool).key),
  }),
  "edit network": kind<OfNetwork & { readonly mtu: number }>({
    weight: 0.5,
    draw: ({ random, pool }) => ({ pool, mtu: between(random, 1_400, 1_500) }),
    act: ({ person }, { pool, mtu }) =>
      person.edit(
        NETWORK_ATTACHMENT_DEFINITIONS,
        poolOf(pool).key,
        (network) => editConfig(network, { mtu }),
      ),
  }),
  /** Its machines are attached anew; agents have to follow. */
  "move network": kind<OfNetwork & { readonly vlan: number }>({
    weight: 0.3,
    draw: ({ random, pool }) => ({ pool, vlan: between(random, 0, 2) }),
    act: ({ person }, { pool, vlan }) =>
      person.edit(
        NETWORK_ATTACHMENT_DEFINITIONS,
        poolOf(pool).key,
        (network) => editConfig(network, { vlan }),
      ),
  }),
  /** No pod can be attached to it any more, by its text or for want of its bridge; or one can again. */
  "break network": kind<OfNetwork & { readonly how: "text" | "bridge" | null }>({
    weight: 0.3,
    draw: ({ random, pool }) => ({ pool, how: oneOf(random, ["text", "bridge", null, null]) }),
    act: ({ person }, { pool, how }) =>
      person.edit(
        NETWORK_ATTACHMENT_DEFINITIONS,
        poolOf(pool).key,
        (network) =>
          editConfig(network, {
            type: how === "text" ? "" : "bridge",
            bridge: how === "bridge" ? NO_BRIDGE : "br0",
          }),
      ),
  }),
  "label network": kind<OfNetwork & { readonly clusterNetwork: string | null }>({
    weight: 0.4,
    draw: ({ random, pool }) => ({
      pool,
      clusterNetwork: oneOf(random, ["mgmt", "other", null]),
    }),
    act: ({ person }, { pool, clusterNetwork }) =>
      person.edit(NETWORK_ATTACHMENT_DEFINITIONS, poolOf(pool).key, ({ metadata }) => {
        metadata.labels = withEntry(metadata.labels, CLUSTER_NETWORK_LABEL, clusterNetwork);
      }),
  }),
  "allow namespaces": kind<OfNetwork & { readonly namespaces: string | null }>({
    weight: 1,
    draw: ({ random, pool }) => ({ pool, namespaces: oneOf(random, ["*", null, ...TENANTS]) }),
    act: ({ person }, { pool, namespaces }) =>
      person.edit(NETWORK_ATTACHMENT_DEFINITIONS, poolOf(pool).key, ({ metadata }) => {
        metadata.annotations = withEntry(
          metadata.annotations,
          ALLOWED_NAMESPACES_ANNOTATION,
          namespaces,
        );
      }),
  }),
};

/** Makes a network where it is not there; everybody may use it. */
export async function createNetwork({ person }: World, pool: number): Promise<void> {
  const { key, clusterNetwork } = poolOf(pool);
  const network = nad(key) as { readonly metadata: object };
  await person.create(NETWORK_ATTACHMENT_DEFINITIONS, {
    ...network,
    metadata: {
      ...network.metadata,
      labels: { [CLUSTER_NETWORK_LABEL]: clusterNetwork },
      annotations: { [ALLOWED_NAMESPACES_ANNOTATION]: "*" },
    },
  }).catch((error) => {
    if (statusOf(error) !== 409) throw error;
  });
}

function editConfig(network: Mutable<NetworkAttachmentDefinition>, edit: object): void {
  const config = JSON.parse(network.spec?.config ?? "{}");
  network.spec = { config: JSON.stringify({ ...config, ...edit }) };
}

/** The same with one more, or without it. */
export function withEntry(
  all: Readonly<Record<string, string>> | undefined,
  name: string,
  value: string | null,
): Record<string, string> {
  const { [name]: _, ...others } = all ?? {};
  return value === null ? others : { ...others, [name]: value };
}
