/**
 * Whether what clients are to be told can be told.
 *
 * @module
 */
import {
  type Cidr,
  cidrContains,
  formatCidr,
  isUsable,
  parseCidr,
  readIPv4,
} from "../../net/mod.ts";
import type { ClientOptions } from "../client_options.ts";
import {
  domainProblem,
  type FieldChecks,
  ipv4Problem,
  ntpProblem,
} from "../fields/field_checks.ts";
import { type FieldPath, fieldPath } from "../fields/field_error.ts";
import { readArchitecture } from "./architectures.ts";
import { readCustomOption, readVendorOption } from "./custom_option.ts";
import {
  asciiProblem,
  httpUrlProblem,
  posixZoneProblem,
  tzdbProblem,
  uriProblem,
} from "./text_forms.ts";

/** Lease time of a pool that does not say one: a year of 365 days, in seconds. */
export const DEFAULT_LEASE_TIME = 31_536_000;

/** How many seconds a `leaseTime` says. NaN where it is no number: a time cannot be compared with that. */
export function leaseTimeOf(said: unknown): number {
  const seconds = said ?? DEFAULT_LEASE_TIME;
  return typeof seconds === "number" ? seconds : NaN;
}
/** Seconds; RFC 2132 section 9.2 gives the lease time 32 bits. */
export const MAX_SECONDS = 0xffff_ffff;
/** Octets; RFC 2132 section 5.1. */
const LEAST_MTU = 68;
/** Seconds; MIN_V6ONLY_WAIT of RFC 8925 section 3.4. */
const LEAST_V6ONLY_WAIT = 300;

/** The network whose clients are told; what is not known is not judged. */
export interface OptionsNetwork {
  /** The subnet. */
  readonly cidr?: Cidr | undefined;
  /** The server's address, unsigned 32 bits. */
  readonly server?: number | undefined;
  /** For a NIC: what goes where it says nothing itself. */
  readonly pool?: ClientOptions | undefined;
}

/** Checks the values of the {@linkcode ClientOptions} at `path`. An empty text says nothing. */
export function checkClientOptions(
  checks: FieldChecks,
  path: FieldPath,
  network: OptionsNetwork,
): void {
  const fields = new OptionFields(checks, path, network);
  fields.checkRouter();
  fields.each("dns", hostAddressProblem);
  fields.text("domainName", domainProblem);
  fields.each("domainSearch", domainProblem);
  fields.each("ntp", (text) => ntpProblem(text) ?? zeroProblem(text));
  fields.checkTimes();
  fields.number("mtu", { least: LEAST_MTU, most: 0xffff, unit: "octets" });
  fields.checkRoutes();
  fields.checkBroadcast();
  fields.text("captivePortal", uriProblem);
  fields.number("ipv6OnlyPreferred", {
    least: LEAST_V6ONLY_WAIT,
    most: MAX_SECONDS,
    unit: "seconds",
  });
  checks.optional([...path, "timezone", "posix"], posixZoneProblem);
  checks.optional([...path, "timezone", "tzdb"], tzdbProblem);
  fields.text("wpad", httpUrlProblem);
  fields.text("nextServer", hostAddressProblem);
  fields.text("tftpServerName", asciiProblem);
  fields.text("bootFileName", asciiProblem);
  fields.checkBootFiles();
  fields.checkOptions();
  fields.checkVendorOptions();
}

class OptionFields {
  readonly #checks: FieldChecks;
  readonly #path: FieldPath;
  readonly #network: OptionsNetwork;

  constructor(checks: FieldChecks, path: FieldPath, network: OptionsNetwork) {
    this.#checks = checks;
    this.#path = path;
    this.#network = network;
  }

  text(field: keyof ClientOptions, problem: (text: string) => string | undefined): void {
    this.#checks.optional([...this.#path, field], problem);
  }

  each(field: keyof ClientOptions, problem: (text: string) => string | undefined): void {
    for (const path of this.#checks.items([...this.#path, field])) {
      this.#checks.check(path, problem);
    }
  }

  number(
    field: keyof ClientOptions,
    limits: { readonly least: number; readonly most: number; readonly unit: string },
  ): number | undefined {
    return this.#checks.number([...this.#path, field], limits);
  }

  checkRouter(): void {
    const checks = this.#checks;
    const path = [...this.#path, "router"];
    const { cidr, server } = this.#network;
    const text = checks.text(path) ?? "";
    if (text === "") return;
    const router = checks.ipv4(path);
    if (router === undefined || cidr === undefined) return;
    if (router === server) checks.fail(path, "must not be the address of serverIP");
    else if (!isUsable(cidr, router) && !this.#isOnLink(router)) {
      const others = cidrContains(cidr, router)
        ? ""
        : ", or one that a route with the gateway 0.0.0.0 reaches";
      checks.host(path, cidr, others);
    }
  }

  checkTimes(): void {
    const seconds = { most: MAX_SECONDS, unit: "seconds" };
    this.number("leaseTime", { least: 1, ...seconds });
    const renewal = this.number("renewalTime", { least: 1, ...seconds });
    const rebinding = this.number("rebindingTime", { least: 2, ...seconds });
    const lease = leaseTimeOf(this.#said("leaseTime"));
    const end = this.#said("rebindingTime");
    if (renewal !== undefined && typeof end === "number" && renewal >= end) {
      this.#fail("renewalTime", `must be less than rebindingTime, ${end}`);
    } else if (renewal !== undefined && renewal >= lease) {
      this.#fail("renewalTime", `must be less than leaseTime, ${lease}`);
    } else if (renewal !== undefined && end === undefined && renewal === lease - 1) {
      this.#fail("renewalTime", `must leave a second for rebindingTime before leaseTime, ${lease}`);
    }
    if (rebinding !== undefined && rebinding >= lease) {
      this.#fail("rebindingTime", `must be less than leaseTime, ${lease}`);
    }
  }

  checkRoutes(): void {
    const checks = this.#checks;
    const { cidr } = this.#network;
    const seen = new Map<string, FieldPath>();
    for (const path of checks.items([...this.#path, "routes"])) {
      const to = [...path, "destination"];
      const destination = checks.cidr(to);
      if (destination !== undefined) {
        const subnet = { ...destination, address: destination.network };
        if (destination.address !== destination.network) {
          checks.fail(to, `must have no host bits: it means ${formatCidr(subnet)}`);
        } else unique(checks, to, { seen, key: formatCidr(subnet) });
      }
      const through = [...path, "gateway"];
      const gateway = checks.ipv4(through);
      if (gateway === undefined || cidr === undefined || gateway === 0) continue;
      if (isUsable(cidr, gateway) || this.#isOnLink(gateway)) continue;
      checks.fail(
        through,
        `must be a host address of ${formatCidr(cidr)}, or 0.0.0.0 for a subnet on the link`,
      );
    }
  }

  checkBroadcast(): void {
    const checks = this.#checks;
    const path = [...this.#path, "broadcast"];
    const { cidr, server } = this.#network;
    if ((checks.text(path) ?? "") === "") return;
    const broadcast = checks.ipv4(path);
    if (broadcast === undefined || cidr === undefined) return;
    if (!cidrContains(cidr, broadcast)) {
      checks.fail(path, `must be an address of ${formatCidr(cidr)}`);
    } else if (broadcast === server) checks.fail(path, "must not be the address of serverIP");
  }

  checkBootFiles(): void {
    const checks = this.#checks;
    const seen = new Map<string, FieldPath>();
    for (const path of checks.items([...this.#path, "bootFiles"])) {
      const architecture = checks.at([...path, "architecture"]);
      if (architecture !== undefined && readArchitecture(architecture) === undefined) {
        checks.fail(
          [...path, "architecture"],
          "must be a number from 0 to 65535 or a name such as x64-uefi",
        );
      }
      checks.optional([...path, "userClass"], asciiProblem);
      checks.optional([...path, "vendorClass"], asciiProblem);
      checks.check([...path, "fileName"], asciiProblem);
      const number = readArchitecture(architecture);
      if (architecture !== undefined && number === undefined) continue;
      const kind = [
        number,
        checks.text([...path, "userClass"]),
        checks.text([...path, "vendorClass"]),
      ];
      unique(checks, path, { seen, key: JSON.stringify(kind) });
    }
  }

  checkOptions(): void {
    const checks = this.#checks;
    const seen = new Map<string, FieldPath>();
    for (const path of checks.items([...this.#path, "options"])) {
      const read = readCustomOption(checks.at(path));
      if (read.ok) unique(checks, [...path, "code"], { seen, key: String(read.value.code) });
      else for (const error of read.errors) checks.fail([...path, ...error.path], error.message);
    }
  }

  checkVendorOptions(): void {
    const checks = this.#checks;
    const seen = new Map<string, FieldPath>();
    const lengths = new Map<number, number>();
    for (const path of checks.items([...this.#path, "vendorOptions"])) {
      const read = readVendorOption(checks.at(path));
      if (!read.ok) {
        for (const error of read.errors) checks.fail([...path, ...error.path], error.message);
        continue;
      }
      const { enterprise, code, octets } = read.value;
      unique(checks, [...path, "code"], { seen, key: `${enterprise} ${code}` });
      const length = (lengths.get(enterprise) ?? 0) + 2 + octets.length;
      lengths.set(enterprise, length);
      if (length > MAX_ENTERPRISE_OCTETS) {
        checks.fail(
          [...path, "value"],
          `must leave at most ${MAX_ENTERPRISE_OCTETS} octets for all of enterprise ${enterprise}, not ${length}`,
        );
      }
    }
  }

  /** What a field says, here or else in the pool. */
  #said<Field extends keyof ClientOptions>(field: Field): unknown {
    return this.#checks.at([...this.#path, field]) ?? this.#network.pool?.[field];
  }

  /** Whether a route says that an address is on the link, and a host may have that address. */
  #isOnLink(address: number): boolean {
    if (!isHostAddress(address)) return false;
    const routes = this.#said("routes");
    return Array.isArray(routes) && routes.some((route) => {
      const { destination, gateway } = Object(route) as Record<string, unknown>;
      if (gateway !== "0.0.0.0" || typeof destination !== "string") return false;
      const subnet = readCidr(destination);
      return subnet !== undefined && cidrContains(subnet, address);
    });
  }

  #fail(field: keyof ClientOptions, message: string): void {
    this.#checks.fail([...this.#path, field], message);
  }
}

/** One octet says how long the sub-options of an enterprise are (RFC 3925 section 4). */
const MAX_ENTERPRISE_OCTETS = 250;

function unique(
  checks: FieldChecks,
  path: FieldPath,
  { seen, key }: { readonly seen: Map<string, FieldPath>; readonly key: string },
): void {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, path);
  else checks.fail(path, `must not be used twice: ${fieldPath(first)} has it too`);
}

function readCidr(text: string): Cidr | undefined {
  try {
    return parseCidr(text);
  } catch {
    // Whoever checks the route says what is wrong with it.
    return undefined;
  }
}

/** A server is one other host: neither this network nor a group, nor everybody, nor the client itself (RFC 1122 section 3.2.1.3). */
function hostAddressProblem(text: string): string | undefined {
  const problem = ipv4Problem(text) ?? zeroProblem(text);
  if (problem !== undefined) return problem;
  return isHostAddress(readIPv4(text))
    ? undefined
    : "must be the address of a host, not of 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/4 or 255.255.255.255";
}

function isHostAddress(address: number): boolean {
  const first = Math.floor(address / 0x100_0000);
  return first !== 0 && first !== 127 && (first < 224 || first >= 240) && address !== 0xffff_ffff;
}

function zeroProblem(text: string): string | undefined {
  return readIPv4(text) === 0 ? "must be the address of a host" : undefined;
}
