/**
 * Messages of the kernel's route netlink (rtnetlink(7), `<linux/rtnetlink.h>`), written and read. Pure.
 *
 * Numbers are in host order, little-endian on every machine this runs on; addresses are in network order.
 *
 * @module
 */
import { ipv4FromBytes, ipv4ToBytes } from "../../core/net/mod.ts";
import { Sys } from "./libc.ts";
import type { InterfaceAddress, LinkAddress, LinkSettings } from "../host/host_network.ts";
import {
  align,
  attribute,
  attributes,
  concat,
  nested,
  type NetlinkAttribute,
  number32,
  readNumber32,
  readText,
} from "./netlink_attributes.ts";

/** Message types. */
export const Rtm = {
  ERROR: 2,
  DONE: 3,
  NEWLINK: 16,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  GETROUTE: 26,
  NEWNETCONF: 80,
  GETNETCONF: 82,
} as const;

/** Flags of a message (`<linux/netlink.h>`). */
export const NetlinkFlag = {
  REQUEST: 0x1,
  ACK: 0x4,
  DUMP: 0x300,
  EXCLUSIVE: 0x200,
  CREATE: 0x400,
} as const;

/** Groups of events (`RTMGRP_*`). */
export const NetlinkGroup = { LINK: 0x1, IPV4_ADDRESS: 0x10 } as const;

/** The label that marks an address as added by an agent; `ip address` shows it. */
const ADDRESS_LABEL = "vm-dhcp";

/** Bytes of a message's header. */
export const NETLINK_HEADER = 16;

const { AF_INET } = Sys;
/** Marks an attribute that holds attributes (`NLA_F_NESTED`). */
const NESTED = 0x8000;
const IFF_UP = 1;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_IFALIAS = 20;
const IFLA_AF_SPEC = 26;
const IFLA_INET_CONF = 1;
/** Numbers of the settings of an interface (`IPV4_DEVCONF_*`); the kernel lists them from 1. */
const INET_CONF: Readonly<Record<keyof LinkSettings, number>> = {
  forwarding: 1,
  rpFilter: 8,
  arpIgnore: 19,
  acceptLocal: 23,
};
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_FLAGS = 8;
const IFA_F_NOPREFIXROUTE = 0x200;
const RTA_GATEWAY = 5;
const RTA_MULTIPATH = 9;
const RTA_VIA = 18;
const RTN_UNICAST = 1;
/** Index that stands for "all interfaces". */
const NETCONF_ALL = -1;
const NETCONFA_IFINDEX = 1;
const NETCONFA_RP_FILTER = 3;

/** One message as it was read: a view of the bytes that were received. */
export interface NetlinkMessage {
  readonly type: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: DataView<ArrayBuffer>;
}

/** What goes into a request beside its body. */
interface RequestHead {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
}

/** A whole request. */
export function encodeRequest(head: RequestHead, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(NETLINK_HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, head.type, true);
  view.setUint16(6, head.flags | NetlinkFlag.REQUEST, true);
  view.setUint32(8, head.sequence, true);
  bytes.set(body, NETLINK_HEADER);
  return bytes;
}

/** The messages in what was received. A cut-off last message is left out. */
export function* decodeMessages(bytes: Uint8Array<ArrayBuffer>): Generator<NetlinkMessage> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  while (offset + NETLINK_HEADER <= bytes.length) {
    const length = view.getUint32(offset, true);
    if (length < NETLINK_HEADER || offset + length > bytes.length) return;
    yield {
      type: view.getUint16(offset + 4, true),
      sequence: view.getUint32(offset + 8, true),
      body: new DataView(
        bytes.buffer,
        bytes.byteOffset + offset + NETLINK_HEADER,
        length - NETLINK_HEADER,
      ),
    };
    offset += align(length);
  }
}

/** The error number of an ERROR message; 0 is an acknowledgement. */
export function errorOf(message: NetlinkMessage): number {
  return message.body.byteLength < 4 ? 0 : 0 - message.body.getInt32(0, true);
}

/** Body of a request for all links. */
export function linkDump(): Uint8Array {
  return new Uint8Array(16);
}

/** Body of a request that changes settings of an interface. */
export function linkSettingsBody(index: number, settings: Partial<LinkSettings>): Uint8Array {
  const head = new Uint8Array(16);
  new DataView(head.buffer).setInt32(4, index, true);
  const parts = Object.entries(settings).map(([name, value]) =>
    attribute(INET_CONF[name as keyof LinkSettings], number32(value))
  );
  const ofIPv4 = attribute(AF_INET | NESTED, attribute(IFLA_INET_CONF | NESTED, concat(...parts)));
  return concat(head, attribute(IFLA_AF_SPEC | NESTED, ofIPv4));
}

/** Body of a request that writes the alias of an interface; an empty one takes it away. */
export function linkAliasBody(index: number, alias: string): Uint8Array {
  const head = new Uint8Array(16);
  new DataView(head.buffer).setInt32(4, index, true);
  return concat(head, attribute(IFLA_IFALIAS, new TextEncoder().encode(alias)));
}

/** Body of a request for all IPv4 addresses. */
export function addressDump(): Uint8Array {
  return Uint8Array.of(AF_INET, 0, 0, 0, 0, 0, 0, 0);
}

/** Body of a request to remove an address, whatever its label is by now. */
export function addressBody(
  index: number,
  { address, prefixLength }: InterfaceAddress,
): Uint8Array {
  const head = new Uint8Array(8);
  head[0] = AF_INET;
  head[1] = prefixLength;
  new DataView(head.buffer).setUint32(4, index, true);
  return concat(
    head,
    attribute(IFA_LOCAL, ipv4ToBytes(address)),
    attribute(IFA_ADDRESS, ipv4ToBytes(address)),
  );
}

/** Body of a request to add an address: it makes no prefix route, and bears the agents' label. */
export function ownAddressBody(index: number, address: InterfaceAddress): Uint8Array {
  return concat(
    addressBody(index, address),
    attribute(IFA_FLAGS, number32(IFA_F_NOPREFIXROUTE)),
    attribute(IFA_LABEL, new TextEncoder().encode(`${ADDRESS_LABEL}\0`)),
  );
}

/** Body of a request for the IPv4 settings that hold for all interfaces. */
export function netconfOfAll(): Uint8Array {
  return concat(
    Uint8Array.of(AF_INET, 0, 0, 0),
    attribute(NETCONFA_IFINDEX, number32(NETCONF_ALL)),
  );
}

/** What a NEWLINK message says of a link. */
interface LinkMessage {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** 6 octets, zero where it has none. */
  readonly hardwareAddress: Uint8Array;
  readonly up: boolean;
  /** Empty where it has none. */
  readonly alias: string;
  readonly settings: LinkSettings;
}

/** The link of a NEWLINK message; `undefined` for one without a name. */
export function linkOf({ body }: NetlinkMessage): LinkMessage | undefined {
  if (body.byteLength < 16) return undefined;
  let name: string | undefined;
  let alias = "";
  let mtu = 0;
  let hardwareAddress = new Uint8Array(6);
  let settings = new Uint8Array();
  for (const part of attributes(body, 16)) {
    const { type, value } = part;
    if (type === IFLA_IFNAME) name = readText(value);
    else if (type === IFLA_IFALIAS) alias = readText(value);
    else if (type === IFLA_MTU) mtu = readNumber32(value);
    else if (type === IFLA_ADDRESS && value.length === 6) hardwareAddress = value.slice();
    else if (type === IFLA_AF_SPEC) settings = settingsIn(part);
  }
  if (name === undefined) return undefined;
  const up = (body.getUint32(8, true) & IFF_UP) !== 0;
  return {
    name,
    index: body.getInt32(4, true),
    mtu,
    hardwareAddress,
    up,
    alias,
    settings: {
      forwarding: settingOf(settings, INET_CONF.forwarding),
      rpFilter: settingOf(settings, INET_CONF.rpFilter),
      acceptLocal: settingOf(settings, INET_CONF.acceptLocal),
      arpIgnore: settingOf(settings, INET_CONF.arpIgnore),
    },
  };
}

/** The address of a NEWADDR message; `undefined` for another family. */
export function linkAddressOf({ body }: NetlinkMessage): LinkAddress | undefined {
  if (body.byteLength < 8 || body.getUint8(0) !== AF_INET) return undefined;
  let local: number | undefined;
  let peer: number | undefined;
  let ours = false;
  for (const { type, value } of attributes(body, 8)) {
    if (type === IFA_LOCAL) local = readAddress(value);
    else if (type === IFA_ADDRESS) peer = readAddress(value);
    else if (type === IFA_LABEL) ours = readText(value) === ADDRESS_LABEL;
  }
  const address = local ?? peer;
  if (address === undefined) return undefined;
  return { index: body.getUint32(4, true), address, prefixLength: body.getUint8(1), ours };
}

/** Body of a request for all IPv4 routes. */
export function routeDump(): Uint8Array {
  return Uint8Array.of(AF_INET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/** Where packets to a network go. */
interface Route {
  /** Bits that name the network; 0: everywhere. */
  readonly prefixLength: number;
  /** Who they are handed to. */
  readonly gateways: readonly number[];
}

/** The route of a NEWROUTE message; `undefined` for one that leads nowhere else, and for another family. */
export function routeOf({ body }: NetlinkMessage): Route | undefined {
  if (body.byteLength < 12 || body.getUint8(0) !== AF_INET) return undefined;
  if (body.getUint8(7) !== RTN_UNICAST) return undefined;
  return { prefixLength: body.getUint8(1), gateways: [...gatewaysIn(attributes(body, 12))] };
}

function* gatewaysIn(parts: Iterable<NetlinkAttribute>): Generator<number> {
  for (const { type, value } of parts) {
    if (type === RTA_GATEWAY) yield readAddress(value);
    // struct rtvia: the family first.
    else if (type === RTA_VIA && value[0] === AF_INET) yield readAddress(value.subarray(2));
    else if (type === RTA_MULTIPATH) yield* gatewaysOfMany(value);
  }
}

/** Several ways, each with its length, flags, weight and interface before its attributes (`struct rtnexthop`). */
function* gatewaysOfMany(value: Uint8Array<ArrayBuffer>): Generator<number> {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  for (let offset = 0; offset + 8 <= value.length;) {
    const length = view.getUint16(offset, true);
    if (length < 8 || offset + length > value.length) return;
    yield* gatewaysIn(attributes(new DataView(value.buffer, value.byteOffset + offset, length), 8));
    offset += align(length);
  }
}

/** `rp_filter` of a NEWNETCONF message; 0 where the message does not say. */
export function reversePathFilterOf({ body }: NetlinkMessage): number {
  for (const { type, value } of attributes(body, 4)) {
    if (type === NETCONFA_RP_FILTER) return readNumber32(value);
  }
  return 0;
}

/** The IPv4 settings among those of all address families. */
function settingsIn(families: NetlinkAttribute): Uint8Array<ArrayBuffer> {
  for (const family of nested(families)) {
    if (family.type !== AF_INET) continue;
    for (const { type, value } of nested(family)) {
      if (type === IFLA_INET_CONF) return value;
    }
  }
  return new Uint8Array();
}

function settingOf(settings: Uint8Array, number: number): number {
  return readNumber32(settings.subarray((number - 1) * 4));
}

function readAddress(value: Uint8Array): number {
  return value.length < 4 ? 0 : ipv4FromBytes(value);
}
