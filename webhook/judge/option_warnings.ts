/**
 * What is legal in what a pool tells its clients but has no effect, or one that is hardly meant.
 *
 * @module
 */
import type { BootFile } from "../../core/api/client_options.ts";
import { readArchitecture } from "../../core/api/options/architectures.ts";
import type { IPv4Config } from "../../core/api/types.ts";
import type { PoolNetwork } from "../../core/ipam/pool/pool_network.ts";
import { rangeContains, readIPv4 } from "../../core/net/mod.ts";
import { sizeWarnings } from "./option_sizes.ts";

const SHORT_LEASE_SECONDS = 60;
/** A lease time without end (RFC 2131 section 3.3): no client renews. */
const INFINITE = 0xffff_ffff;
/** Octets of a packet that every link must carry under IPv6 (RFC 8200 section 5). */
const IPV6_MTU = 1_280;

/** One sentence for each, led by the path of the field. */
export function optionWarnings(config: IPv4Config, network: PoolNetwork): readonly string[] {
  return [
    ...timeWarnings(config),
    ...linkWarnings(config, network),
    ...bootWarnings(config),
    ...sizeWarnings(config, network),
  ].map((warning) => `spec.ipv4Config.${warning}`);
}

function* timeWarnings(config: IPv4Config): Generator<string> {
  const { leaseTime, renewalTime, rebindingTime, maxLeaseTime } = config;
  if (leaseTime !== undefined && leaseTime < SHORT_LEASE_SECONDS) {
    const every = renewalTime ?? leaseTime / 2;
    yield `leaseTime: VMs renew every ${every} s; ${SHORT_LEASE_SECONDS} s or more is advised`;
  } else if (renewalTime !== undefined && renewalTime < SHORT_LEASE_SECONDS / 2) {
    yield `renewalTime: VMs renew every ${renewalTime} s; ${
      SHORT_LEASE_SECONDS / 2
    } s or more is advised`;
  }
  if (leaseTime === INFINITE && config.honourRequestedLeaseTime !== true) {
    for (const [field, seconds] of Object.entries({ renewalTime, rebindingTime })) {
      if (seconds !== undefined) {
        yield `${field}: has no effect: leases of ${leaseTime} s never end`;
      }
    }
  }
  if (maxLeaseTime !== undefined && config.honourRequestedLeaseTime !== true) {
    yield "maxLeaseTime: has no effect without honourRequestedLeaseTime: true";
  }
}

function* linkWarnings(config: IPv4Config, { range, excluded }: PoolNetwork): Generator<string> {
  const { mtu, broadcast = "", captivePortal = "" } = config;
  if (mtu !== undefined && mtu < IPV6_MTU) {
    yield `mtu: ${mtu} octets carry no IPv6, which needs ${IPV6_MTU}`;
  }
  const address = readIPv4(broadcast);
  if (rangeContains(range, address) && !excluded.has(address)) {
    yield `broadcast: ${broadcast} may be given to a VM: add it to pool.exclude`;
  }
  if (captivePortal !== "" && !/^(https|urn):/i.test(captivePortal)) {
    yield "captivePortal: clients ask the API by https only (RFC 8908)";
  }
}

function* bootWarnings({ bootFiles = [], bootFileName = "" }: IPv4Config): Generator<string> {
  const why = (row: number) =>
    `has no effect: bootFiles[${row}] is for every ${
      isForEvery(bootFiles[row], {}) ? "client" : "such client"
    }`;
  const all = bootFiles.findIndex((file) => isForEvery(file, {}));
  if (bootFileName !== "" && all >= 0) yield `bootFileName: ${why(all)}`;
  for (const [index, file] of bootFiles.entries()) {
    const first = bootFiles.findIndex((other) => isForEvery(other, file));
    if (first < index) yield `bootFiles[${index}]: ${why(first)}`;
  }
}

/** Whether a row is for every client of a kind. */
function isForEvery(row: Partial<BootFile> = {}, kind: Partial<BootFile>): boolean {
  const { architecture, userClass = "", vendorClass = "" } = row;
  return (architecture === undefined ||
    readArchitecture(architecture) === readArchitecture(kind.architecture)) &&
    (userClass === "" || userClass === kind.userClass) &&
    (kind.vendorClass ?? "").startsWith(vendorClass);
}
