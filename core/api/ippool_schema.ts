/**
 * The schema of an IPPool: what the API server enforces, and what `kubectl explain` says. The CRD is generated from it.
 *
 * @module
 */
import { z } from "zod";
import { IMMUTABLE, validation } from "./cel_rules.ts";
import { API_VERSION } from "./names.ts";
import { MAX_NETWORK_NAME } from "./network_ref.ts";
import { conditionsSchema, objectMetaSchema } from "./object_schema.ts";
import type {
  AddressHold,
  IPPool,
  IPPoolSpec,
  IPPoolStatus,
  IPv4Config,
  IPv4Status,
  PodReference,
  PoolRange,
} from "./types.ts";

/** Far more than any subnet takes; bounds the cost of the CEL rule. */
const MAX_CIDR = 64;

const ipv4 = (description: string): z.ZodString => z.string().meta({ format: "ipv4", description });
const text = (description: string): z.ZodString => z.string().meta({ description });
/** A map that one manager writes whole: the API server keeps no owner per entry. */
const ATOMIC_MAP = { "x-kubernetes-map-type": "atomic" };

const poolRangeSchema: z.ZodType<PoolRange> = z.looseObject({
  start: z.exactOptional(
    ipv4("First address given to VMs; unset means the first usable one of cidr. It may change."),
  ),
  end: z.exactOptional(
    ipv4("Last address given to VMs; unset means the last usable one of cidr. It may change."),
  ),
  exclude: z.exactOptional(
    z.array(z.string()).meta({
      description:
        "Addresses of the range that are never given to a VM. An address that a VM has stays its until it is released.",
    }),
  ),
}).meta({ description: "The addresses that are given to VMs." });

const ipv4ConfigSchema: z.ZodType<IPv4Config> = z.looseObject({
  cidr: z.string().max(MAX_CIDR).meta({
    description: "The subnet in CIDR form, such as 192.168.48.0/24. Immutable.",
    ...validation(IMMUTABLE, "CIDR is immutable"),
  }),
  serverIP: z.exactOptional(
    ipv4(
      "Address the DHCP server answers from; unset means the first usable one that is neither router nor excluded.",
    ),
  ),
  pool: z.exactOptional(poolRangeSchema),
  router: z.exactOptional(ipv4("Default gateway (option 3); unset where the network has none.")),
  dns: z.exactOptional(
    z.array(z.string()).max(3).meta({
      description: "Addresses of the DNS servers (option 6), at most 3.",
    }),
  ),
  domainName: z.exactOptional(text("Domain name of the clients (option 15).")),
  domainSearch: z.exactOptional(
    z.array(z.string()).meta({
      description: "Domains in which clients look up short names (option 119).",
    }),
  ),
  ntp: z.exactOptional(
    z.array(z.string()).max(4).meta({
      description:
        "Addresses or host names of the NTP servers (option 42), at most 4. Names are resolved by the controller.",
    }),
  ),
  leaseTime: z.exactOptional(
    z.int().meta({
      description: "Seconds until a client must renew (option 51); unset means one year.",
    }),
  ),
}).meta({
  description:
    "The IPv4 network and what its clients are told. Edits reach clients with their next renewal.",
});

const ipPoolSpecSchema: z.ZodType<IPPoolSpec> = z.looseObject({
  networkName: z.string().max(MAX_NETWORK_NAME).meta({
    description:
      "The NetworkAttachmentDefinition that is served, namespace/name; without a namespace, the pool's own. Immutable.",
    ...validation(IMMUTABLE, "NetworkName is immutable"),
  }),
  paused: z.exactOptional(
    z.boolean().meta({
      description: "While true nothing new is allocated and no agent serves; records are kept.",
    }),
  ),
  ipv4Config: ipv4ConfigSchema,
}).meta({ description: "What is wanted." });

const addressHoldSchema: z.ZodType<AddressHold> = z.looseObject({
  macAddress: z.exactOptional(text("The MAC address that had the address.")),
  until: z.string().meta({ format: "date-time", description: "When the hold ends." }),
});

const ipv4StatusSchema: z.ZodType<IPv4Status> = z.looseObject({
  allocated: z.exactOptional(
    z.record(z.string(), z.string()).meta({
      description:
        "Address -> MAC address of the NIC that has it, EXCLUDED (in exclude), RESERVED (server, router) or CONFLICT (declined by a guest).",
      ...ATOMIC_MAP,
    }),
  ),
  used: z.int().meta({ description: "Number of addresses that NICs have." }),
  available: z.int().meta({
    description: "Number of addresses of the range that could still be given out.",
  }),
  released: z.exactOptional(
    z.record(z.string(), addressHoldSchema).meta({
      description: "Address -> who had it and how long it is kept from others.",
      ...ATOMIC_MAP,
    }),
  ),
  conflicts: z.exactOptional(
    z.record(z.string(), addressHoldSchema).meta({
      description:
        "Address that a guest declined or that answered a probe -> how long it is not given out.",
      ...ATOMIC_MAP,
    }),
  ),
  ntpServers: z.exactOptional(
    z.record(z.string(), z.array(z.string())).meta({
      description: "Host name in ntp -> its addresses.",
      ...ATOMIC_MAP,
    }),
  ),
}).meta({ description: "The record of who has which address." });

const podReferenceSchema: z.ZodType<PodReference> = z.looseObject({
  namespace: z.exactOptional(text("Its namespace.")),
  name: z.exactOptional(text("Its name.")),
  image: z.exactOptional(text("Its image.")),
  uid: z.exactOptional(text("Its UID.")),
}).meta({ description: "The pod that serves the pool now." });

const ipPoolStatusSchema: z.ZodType<IPPoolStatus> = z.looseObject({
  lastUpdate: z.exactOptional(
    z.string().meta({ format: "date-time", description: "When the record last changed." }),
  ),
  ipv4: z.exactOptional(ipv4StatusSchema),
  agentPodRef: z.exactOptional(podReferenceSchema),
  conditions: z.exactOptional(
    conditionsSchema.meta({
      description:
        "Registered: the pool is valid and its network known. CacheReady: its record is loaded. AgentReady: an agent answers for it. Stopped: it is paused.",
    }),
  ),
}).meta({ description: "What is so." });

/**
 * Schema of an {@linkcode IPPool}: types, required fields and limits, which is what the API server enforces. Unknown
 * fields are let through. `parseIPPool` checks the values too.
 */
export const ipPoolSchema: z.ZodType<IPPool> = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("IPPool"),
  metadata: objectMetaSchema,
  spec: ipPoolSpecSchema,
  status: z.exactOptional(ipPoolStatusSchema),
}).meta({
  description:
    "A pool of IPv4 addresses for the VMs of one network, and the record of who has which.",
});
