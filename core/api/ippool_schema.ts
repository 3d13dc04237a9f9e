/**
 * The schema of an IPPool: what the API server enforces, and what `kubectl explain` says. The CRD is generated from it.
 *
 * @module
 */
import * as z from "zod";
import { FOR_HOSTS, IMMUTABLE, validation } from "./crd/cel_rules.ts";
import { API_VERSION } from "./names.ts";
import { MAX_NETWORK_NAME } from "./network.ts";
import { conditionsSchema, objectMetaSchema, observedGenerationSchema } from "./object_schema.ts";
import { CLIENT_OPTIONS_SHAPE, recordedOptionsSchema } from "./options/client_options_schema.ts";
import type { RecordedClient } from "./client_options.ts";
import type {
  AddressHold,
  ConflictDetection,
  IPPool,
  IPPoolSpec,
  IPPoolStatus,
  IPv4Config,
  IPv4Status,
  PodReference,
  PoolLimits,
  PoolRange,
} from "./types.ts";

/** Far more than any subnet takes; bounds the cost of the CEL rule. */
const MAX_CIDR = 64;

const CONFLICT_DETECTION: readonly ConflictDetection[] = ["active", "passive", "off"];

const ipv4 = (description: string): z.ZodString => z.string().meta({ format: "ipv4", description });
const text = (description: string): z.ZodString => z.string().meta({ description });
const flag = (whileTrue: string): z.ZodBoolean =>
  z.boolean().meta({ description: `While true, ${whileTrue} If unset, false. Example: true.` });
/** A map that one manager writes whole: the API server keeps no owner per entry. */
const ATOMIC_MAP = { "x-kubernetes-map-type": "atomic" };

const poolRangeSchema: z.ZodType<PoolRange> = z.looseObject({
  start: z.exactOptional(
    ipv4(
      "First address handed out to VMs. If unset, the first usable address of cidr. Can be changed. Example: 192.168.48.81.",
    ),
  ),
  end: z.exactOptional(
    ipv4(
      "Last address handed out to VMs. If unset, the last usable address of cidr. Can be changed. Example: 192.168.48.90.",
    ),
  ),
  exclude: z.exactOptional(
    z.array(z.string()).meta({
      description:
        "Addresses in the range that are never handed out to VMs. A VM that already holds one keeps it until it releases it. Example: [192.168.48.85].",
    }),
  ),
}).meta({
  description:
    "The range of addresses handed out to VMs. Example: {start: 192.168.48.81, end: 192.168.48.90}.",
});

const ipv4ConfigSchema: z.ZodType<IPv4Config> = z.looseObject({
  cidr: z.string().max(MAX_CIDR).meta({
    description: "The subnet in CIDR notation, such as 192.168.48.0/24. Immutable.",
    ...validation(IMMUTABLE, "CIDR is immutable", {
      rule: FOR_HOSTS,
      message:
        "CIDR must not be in 0.0.0.0/8 (this network), 127.0.0.0/8 (loopback), 224.0.0.0/4 (multicast) or 240.0.0.0/4 (reserved)",
    }),
  }),
  serverIP: z.exactOptional(
    ipv4(
      "Address that the DHCP server answers from. If unset, the first usable address that is not the router's, not excluded and not in use; this choice is kept until you use the address for something else. Example: 192.168.48.77.",
    ),
  ),
  pool: z.exactOptional(poolRangeSchema),
  ...CLIENT_OPTIONS_SHAPE,
  router: z.exactOptional(CLIENT_OPTIONS_SHAPE.router.unwrap().meta({ format: "ipv4" })),
  maxLeaseTime: z.exactOptional(
    z.int().meta({
      description:
        "How many seconds a client may have at most that asks for a lease time of its own. At least leaseTime; has no effect without honourRequestedLeaseTime. If unset, leaseTime. Example: 604800.",
    }),
  ),
  honourRequestedLeaseTime: z.exactOptional(
    flag("clients get the lease time that they ask for, from 60 s up to maxLeaseTime."),
  ),
  hostnames: z.exactOptional(
    flag("clients are told the names of their VMs as their host names (options 12 and 81)."),
  ),
  authoritative: z.exactOptional(
    flag(
      "unknown clients that ask to keep an address are refused (DHCPNAK) rather than met with silence, so that they start anew at once. Only for networks with no other DHCP server.",
    ),
  ),
  bootp: z.exactOptional(flag("clients that speak only BOOTP are answered too.")),
  rapidCommit: z.exactOptional(
    flag(
      "clients that ask for it get their lease in two messages rather than four (option 80). Only for networks with no other DHCP server.",
    ),
  ),
  conflictDetection: z.exactOptional(
    z.enum(CONFLICT_DETECTION).meta({
      description:
        "How the agent looks for machines that use addresses of the range without a lease, and for other DHCP servers. active: it listens, and probes by ARP and DHCP. passive: it only listens. off (in quotes in YAML): it does neither, so a declined address is never found to be in use. If unset, active. Example: passive.",
    }),
  ),
}).meta({
  description:
    "The IPv4 network and the options sent to its clients. Clients pick up changes at their next renewal.",
});

const limitsSchema: z.ZodType<PoolLimits> = z.looseObject({
  perNamespace: z.exactOptional(
    z.int().min(1).meta({
      description:
        "How many addresses a namespace other than the network's own may hold, at least 1. If unset, there is no limit. A namespace that already holds more keeps them, but gets no new ones.",
    }),
  ),
}).meta({
  description: "Limits on what namespaces other than the network's own may take from the pool.",
});

const ipPoolSpecSchema: z.ZodType<IPPoolSpec> = z.looseObject({
  networkName: z.string().max(MAX_NETWORK_NAME).meta({
    description:
      "The NetworkAttachmentDefinition that the pool serves, as namespace/name, or as name alone for one in the pool's own namespace. Immutable.",
    ...validation(IMMUTABLE, "NetworkName is immutable"),
  }),
  paused: z.exactOptional(
    z.boolean().meta({
      description:
        "While true, no new addresses are allocated and no agent serves the pool. Existing allocations are kept.",
    }),
  ),
  ipv4Config: ipv4ConfigSchema,
  limits: z.exactOptional(limitsSchema),
}).meta({ description: "The desired state." });

const addressHoldSchema: z.ZodType<AddressHold> = z.looseObject({
  macAddress: z.exactOptional(text("The MAC address that held the address.")),
  usedBy: z.exactOptional(
    text(
      "The MAC address of the machine that uses the address, although the pool did not give it out.",
    ),
  ),
  until: z.string().meta({ format: "date-time", description: "When the hold ends." }),
});

const recordedClientSchema: z.ZodType<RecordedClient> = z.looseObject({
  hostName: z.exactOptional(text("Host name of the NIC (options 12 and 81).")),
  options: z.exactOptional(
    recordedOptionsSchema.meta({ description: "What is sent in place of the pool's options." }),
  ),
});

const ipv4StatusSchema: z.ZodType<IPv4Status> = z.looseObject({
  allocated: z.exactOptional(
    z.record(z.string(), z.string()).meta({
      description:
        "Maps each address to the MAC address of the NIC that holds it, or to EXCLUDED (listed in exclude), RESERVED (server or router) or CONFLICT (used by another machine).",
      ...ATOMIC_MAP,
    }),
  ),
  used: z.int().meta({ description: "Number of addresses held by NICs." }),
  available: z.int().meta({
    description: "Number of addresses in the range that can still be given out.",
  }),
  released: z.exactOptional(
    z.record(z.string(), addressHoldSchema).meta({
      description:
        "Maps each recently released address to the MAC address that held it and the time until which it is kept from others.",
      ...ATOMIC_MAP,
    }),
  ),
  conflicts: z.exactOptional(
    z.record(z.string(), addressHoldSchema).meta({
      description:
        "Maps each address that another machine uses to the MAC address that declined it, the one that uses it, and the time until which it is not given out.",
      ...ATOMIC_MAP,
    }),
  ),
  ntpServers: z.exactOptional(
    z.record(z.string(), z.array(z.string())).meta({
      description: "Maps each host name in ntp to its addresses.",
      ...ATOMIC_MAP,
    }),
  ),
  clients: z.exactOptional(
    z.record(z.string(), recordedClientSchema).meta({
      description:
        "Maps the MAC address of each NIC that is told something of its own to its host name and its options.",
      ...ATOMIC_MAP,
    }),
  ),
}).meta({ description: "The record of which NIC holds which address." });

const podReferenceSchema: z.ZodType<PodReference> = z.looseObject({
  namespace: z.exactOptional(text("Namespace of the pod.")),
  name: z.exactOptional(text("Name of the pod.")),
  image: z.exactOptional(text("Image that the pod runs.")),
  uid: z.exactOptional(text("UID of the pod.")),
}).meta({ description: "The agent pod that currently serves this IPPool." });

const ipPoolStatusSchema: z.ZodType<IPPoolStatus> = z.looseObject({
  observedGeneration: z.exactOptional(observedGenerationSchema),
  lastUpdate: z.exactOptional(
    z.string().meta({ format: "date-time", description: "When the record last changed." }),
  ),
  ipv4: z.exactOptional(ipv4StatusSchema),
  agentPodRef: z.exactOptional(podReferenceSchema),
  conditions: z.exactOptional(
    conditionsSchema.meta({
      description:
        "Registered: the pool is valid and its network exists. CacheReady: its record is loaded. AgentReady: an agent answers on its network. Stopped: the pool is paused. Ready: Registered, CacheReady and AgentReady are True. ForeignDHCPServer: another DHCP server was detected on its network.",
    }),
  ),
}).meta({ description: "The observed state." });

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
    "A pool of IPv4 addresses for the VMs of one network, and the record of which NIC holds which address.",
});
